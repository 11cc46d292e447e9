#include "engine/connection/peer.hpp"

#include <algorithm>
#include <utility>

namespace millrace::engine {

void peer::taken(std::uint64_t charge) {
  const auto held = std::exchange(held_of_batch_, 0);
  discharge(unread_, std::min(charge - std::min(held, charge), unread_));
  on_taken();
}

void peer::hold(std::uint64_t charge) noexcept {
  const auto moved = std::min(charge, unread_);
  unread_ -= moved;
  held_of_batch_ += moved;
  (gone_ ? group_.orphaned : held_) += moved;
}

void peer::release(std::uint64_t charge) {
  discharge(held_, std::min(charge, held_));
  on_taken();
}

void peer::pause(bool wanted) {
  paused_ = wanted;
  on_taken();
}

void peer::leave() noexcept {
  unlink();
  gone_ = true;
  group_.orphaned += std::exchange(held_, 0);
}

void peer::discharge(std::uint64_t& counter, std::uint64_t charge) noexcept {
  counter -= charge;
  group_.inbound.discharge(charge);
}

}  // namespace millrace::engine
