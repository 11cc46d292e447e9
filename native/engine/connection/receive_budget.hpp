#pragma once

#include <atomic>
#include <boost/intrusive/list.hpp>
#include <cstdint>

namespace millrace::engine {

using budget_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// Someone who is not read because the others have brought in too much.
class budget_waiter : public budget_hook {
 public:
  virtual void on_room() = 0;

 protected:
  ~budget_waiter() = default;
};

// The sum over the threads of a socket that has several.
class shared_receive_budget {
 public:
  std::atomic<std::uint64_t> charged{0};
  // Half of the mark is reached: those who wait on other threads may go on. Called on any thread.
  virtual void on_room_for_others() noexcept = 0;

 protected:
  ~shared_receive_budget() = default;
};

// What the application has not taken of all that the peers of a socket brought in, as charged.
class receive_budget {
 public:
  explicit receive_budget(std::uint64_t mark, shared_receive_budget* shared = nullptr) noexcept
      : mark_(mark), shared_(shared) {}

  std::uint64_t charged() const noexcept {
    return shared_ ? shared_->charged.load(std::memory_order_relaxed) : charged_;
  }
  bool exhausted() const noexcept { return charged() >= mark_; }
  std::uint64_t room() const noexcept {
    const auto now = charged();
    return now < mark_ ? mark_ - now : 0;
  }

  void charge(std::uint64_t amount) noexcept {
    if (shared_) {
      shared_->charged.fetch_add(amount, std::memory_order_relaxed);
    } else {
      charged_ += amount;
    }
  }

  void discharge(std::uint64_t amount) noexcept {
    if (shared_) {
      const auto before = shared_->charged.fetch_sub(amount, std::memory_order_relaxed);
      if (before > mark_ / 2 && before - amount <= mark_ / 2) {
        shared_->on_room_for_others();
      }
    } else {
      charged_ -= amount;
    }
    resume();
  }

  // Reading goes on for those who wait when half of the mark is reached.
  void resume() noexcept {
    while (!waiting_.empty() && charged() <= mark_ / 2) {
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
  shared_receive_budget* shared_;
  boost::intrusive::list<budget_waiter, boost::intrusive::constant_time_size<false>> waiting_;
};

}  // namespace millrace::engine
