#include "engine/connection/outbox.hpp"

namespace millrace::engine {

void outbox::settle_in_proportion(std::size_t unsent) noexcept {
  const auto share =
      unsent == 0 ? 0. : static_cast<double>(unsent) / static_cast<double>(wire_bytes_);
  const auto remaining = static_cast<std::uint64_t>(static_cast<double>(charged_) * share);
  give_back(charged_ - remaining);
  charged_ = remaining;
  messages_ *= share;
  wire_bytes_ = unsent;
}

void outbox::give_back(std::uint64_t charge) noexcept {
  if (total_.shared) {
    total_.shared->fetch_sub(charge, std::memory_order_relaxed);
    offered_.fetch_sub(charge, std::memory_order_relaxed);
  } else {
    total_.charged -= charge;
  }
}

}  // namespace millrace::engine
