#pragma once

#include <boost/intrusive/set.hpp>
#include <boost/intrusive/set_hook.hpp>

#include "engine/readiness.hpp"

namespace millrace::engine {

// One moment at which its owner wants to be called; leaves the set when destroyed.
class deadline : public boost::intrusive::set_base_hook<
                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>,
                     boost::intrusive::optimize_size<true>> {
 public:
  deadline() = default;
  deadline(const deadline&) = delete;
  deadline& operator=(const deadline&) = delete;
  virtual ~deadline() = default;

  bool armed() const noexcept { return is_linked(); }
  time_point when() const noexcept { return when_; }
  void cancel() noexcept { unlink(); }

  virtual void on_deadline() noexcept = 0;

  friend bool operator<(const deadline& left, const deadline& right) noexcept {
    return left.when_ < right.when_;
  }

 private:
  friend class deadlines;
  time_point when_{};
};

// The deadlines of one thread, in order, on one timer of its readiness. Arming costs O(log n) and
// no allocation; owners arm rarely, because they keep the time of the last progress and look at it
// when the deadline fires.
class deadlines {
 public:
  explicit deadlines(readiness& clock) noexcept : clock_(clock) {}

  void arm(deadline& entry, time_point when) {
    entry.unlink();
    entry.when_ = when;
    set_.insert(entry);
    wake_for_first();
  }

  // Calls those that are due; each may arm, cancel and destroy any.
  void expire() {
    const auto now = clock_.now();
    while (!set_.empty() && set_.begin()->when() <= now) {
      auto& first = *set_.begin();
      first.unlink();
      first.on_deadline();
    }
    wake_for_first();
  }

 private:
  void wake_for_first() {
    if (!set_.empty() && (wake_ <= clock_.now() || set_.begin()->when() < wake_)) {
      wake_ = set_.begin()->when();
      clock_.wake_at(wake_);
    }
  }

  readiness& clock_;
  boost::intrusive::multiset<deadline, boost::intrusive::constant_time_size<false>> set_;
  time_point wake_{};
};

}  // namespace millrace::engine
