#include "engine/connection/outbox.hpp"

namespace millrace::engine {

void outbox::settle_in_proportion(std::size_t unsent) noexcept {
  const auto share =
      unsent == 0 ? 0. : static_cast<double>(unsent) / static_cast<double>(wire_bytes_);
  const auto remaining = static_cast<std::uint64_t>(static_cast<double>(charged_) * share);
  total_.charged -= charged_ - remaining;
  charged_ = remaining;
  messages_ *= share;
  wire_bytes_ = unsent;
}

}  // namespace millrace::engine
