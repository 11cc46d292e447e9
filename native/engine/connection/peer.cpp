#include "engine/connection/peer.hpp"

#include <algorithm>

namespace millrace::engine {

peer::~peer() { discharge_all(); }

void peer::taken() {
  unread_messages_ = 0;
  discharge(unread_, unread_);
  on_taken();
}

void peer::hold(std::uint64_t charge) noexcept {
  const auto moved = std::min(charge, unread_);
  unread_ -= moved;
  held_ += moved;
}

void peer::release(std::uint64_t charge) {
  discharge(held_, std::min(charge, held_));
  on_taken();
}

void peer::discharge_all() noexcept {
  unlink();
  if (!all_taken()) {
    discharge(unread_, unread_);
    discharge(held_, held_);
  }
}

void peer::discharge(std::uint64_t& counter, std::uint64_t charge) noexcept {
  counter -= charge;
  group_.inbound.discharge(charge);
}

}  // namespace millrace::engine
