#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "engine/options.hpp"

namespace millrace::engine {

// Each queued message is charged this beside its bytes, so that empty ones are not free.
inline constexpr std::uint64_t message_charge = 128;

// What the peers of one socket have queued together, and the bound for it.
struct send_budget {
  std::uint64_t charged = 0;
  std::uint64_t bound = 0;
};

// Accounts for what was sent to one peer and not taken by the kernel yet. The bytes themselves wait
// in the stream; when the kernel takes a part of them, what remains is charged in proportion.
class outbox {
 public:
  outbox(const connection_options& options, send_budget& total) noexcept
      : options_(options), total_(total) {}
  outbox(const outbox&) = delete;
  outbox& operator=(const outbox&) = delete;
  ~outbox() { settle(0); }

  std::uint64_t charged() const noexcept { return charged_; }
  // Messages of which something was dropped unsent. One is taken to be as long as the other.
  std::uint64_t lost() const noexcept { return lost_; }
  bool at_bound() const noexcept { return charged_ >= options_.max_buffered_bytes; }

  void add(std::size_t wire_bytes) noexcept {
    ++messages_;
    wire_bytes_ += wire_bytes;
    charged_ += wire_bytes + message_charge;
    total_.charged += wire_bytes + message_charge;
  }

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
    const bool above = charged_ >= mark();
    drain_owed_ |= above;
    return above;
  }

  // True once for every wait, when the queue has fallen to half of the mark.
  bool take_drain() noexcept {
    const bool due = drain_owed_ && charged_ <= mark() / 2;
    drain_owed_ &= !due;
    return due;
  }

 private:
  static constexpr double rounding_error = 1e-6;

  void settle_in_proportion(std::size_t unsent) noexcept;

  // A sender that heeds the mark never meets the policy, wherever the bound lies.
  std::uint64_t mark() const noexcept {
    return std::min(options_.send_high_water_mark, options_.max_buffered_bytes);
  }

  const connection_options& options_;
  send_budget& total_;
  std::uint64_t charged_ = 0;
  std::uint64_t wire_bytes_ = 0;
  std::uint64_t lost_ = 0;
  double messages_ = 0;
  bool drain_owed_ = false;
};

}  // namespace millrace::engine
