#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "engine/options.hpp"

namespace millrace::engine {

// Each queued message is charged this beside its bytes, so that empty ones are not free.
inline constexpr std::uint64_t message_charge = 128;

// What the peers of one socket have queued together, and the bound for it. When the application is
// on another thread it adds to `shared` what it hands over, and peers only take away from it.
struct send_budget {
  std::uint64_t charged = 0;
  std::uint64_t bound = 0;
  std::atomic<std::uint64_t>* shared = nullptr;
};

// Accounts for what was sent to one peer and not taken by the kernel yet. The bytes themselves wait
// in the stream; when the kernel takes a part of them, what remains is charged in proportion.
//
// An application on another thread charges a message when it hands it over (`offer`); what is on its
// way between the threads counts as queued.
class outbox {
 public:
  outbox(const connection_options& options, send_budget& total) noexcept
      : options_(options), total_(total) {}
  outbox(const outbox&) = delete;
  outbox& operator=(const outbox&) = delete;
  ~outbox() { settle(0); }

  std::uint64_t charged() const noexcept {
    return total_.shared ? offered_.load(std::memory_order_relaxed) : charged_;
  }
  // Messages of which something was dropped unsent. One is taken to be as long as the other.
  std::uint64_t lost() const noexcept { return lost_; }
  // What was offered has been judged already.
  bool at_bound() const noexcept {
    return !total_.shared && charged_ >= options_.max_buffered_bytes;
  }
  bool offers_at_bound() const noexcept { return charged() >= options_.max_buffered_bytes; }

  void add(std::size_t wire_bytes) noexcept {
    ++messages_;
    wire_bytes_ += wire_bytes;
    charged_ += wire_bytes + message_charge;
    if (!total_.shared) {
      total_.charged += wire_bytes + message_charge;
    }
  }

  // The application's thread, before it hands a message over. True when it is to wait for `drain`,
  // which is then owed: the peer looks at that after it has got this very message.
  bool offer(std::size_t wire_bytes) noexcept {
    const auto charge = wire_bytes + message_charge;
    total_.shared->fetch_add(charge, std::memory_order_relaxed);
    const bool above = offered_.fetch_add(charge, std::memory_order_relaxed) + charge >= mark();
    if (above) {
      offered_drain_owed_.store(true, std::memory_order_relaxed);
    }
    return above;
  }

  // The application's thread, when it is told of a drain: false if it has offered more meanwhile and
  // is above half of the mark again. Another drain is owed then.
  bool is_drained() noexcept {
    const bool drained = charged() <= mark() / 2;
    if (!drained) {
      offered_drain_owed_.store(true, std::memory_order_relaxed);
    }
    return drained;
  }

  // What was offered and could not be sent.
  void refuse(std::size_t wire_bytes) noexcept { give_back(wire_bytes + message_charge); }

  // Tells how much of it the stream still holds.
  void settle(std::size_t unsent) noexcept {
    if (unsent != wire_bytes_) {
      settle_in_proportion(unsent);
    }
  }

  // What the stream still holds will never be sent.
  void drop() noexcept {
    lost_ += static_cast<std::uint64_t>(std::ceil(messages_ - rounding_error));
    settle(0);
  }

  // True when the sender is to wait for `drain`, which is then owed.
  bool above_mark() noexcept {
    if (total_.shared) {
      return false;
    }
    const bool above = charged_ >= mark();
    drain_owed_ |= above;
    return above;
  }

  // Whether an application on another thread waits, perhaps for what has left already.
  bool drain_is_offered() const noexcept {
    return offered_drain_owed_.load(std::memory_order_relaxed);
  }

  // True once for every wait, when the queue has fallen to half of the mark.
  bool take_drain() noexcept {
    if (total_.shared) {
      return offered_drain_owed_.load(std::memory_order_relaxed) && charged() <= mark() / 2 &&
             offered_drain_owed_.exchange(false, std::memory_order_relaxed);
    }
    const bool due = drain_owed_ && charged_ <= mark() / 2;
    drain_owed_ &= !due;
    return due;
  }

 private:
  static constexpr double rounding_error = 1e-6;

  void settle_in_proportion(std::size_t unsent) noexcept;
  void give_back(std::uint64_t charge) noexcept;

  // A sender that heeds the mark never meets the policy, wherever the bound lies.
  std::uint64_t mark() const noexcept {
    return std::min(options_.send_high_water_mark, options_.max_buffered_bytes);
  }

  const connection_options& options_;
  send_budget& total_;
  std::uint64_t charged_ = 0;
  std::uint64_t wire_bytes_ = 0;
  std::atomic<std::uint64_t> offered_{0};
  std::atomic<bool> offered_drain_owed_{false};
  std::uint64_t lost_ = 0;
  double messages_ = 0;
  bool drain_owed_ = false;
};

}  // namespace millrace::engine
