#pragma once

#include <boost/intrusive/list.hpp>
#include <cstdint>

namespace millrace::engine {

using budget_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// A peer that is not read because the others have brought in too much.
class budget_waiter : public budget_hook {
 public:
  virtual void on_room() = 0;

 protected:
  ~budget_waiter() = default;
};

// Complete messages of all peers of a socket that the application has not taken, as charged.
class receive_budget {
 public:
  explicit receive_budget(std::uint64_t mark) noexcept : mark_(mark) {}

  std::uint64_t charged() const noexcept { return charged_; }
  bool exhausted() const noexcept { return charged_ >= mark_; }
  void charge(std::uint64_t amount) noexcept { charged_ += amount; }

  // Reading goes on for those who wait when half of the mark is reached.
  void discharge(std::uint64_t amount) noexcept {
    charged_ -= amount;
    while (charged_ <= mark_ / 2 && !waiting_.empty()) {
      auto& first = waiting_.front();
      waiting_.pop_front();
      first.on_room();
    }
  }

  void wait(budget_waiter& peer) {
    if (!peer.is_linked()) {
      waiting_.push_back(peer);
    }
  }

 private:
  std::uint64_t charged_ = 0;
  std::uint64_t mark_;
  boost::intrusive::list<budget_waiter, boost::intrusive::constant_time_size<false>> waiting_;
};

}  // namespace millrace::engine
