#include "engine/socket/unfinished_messages.hpp"

#include <algorithm>
#include <chrono>

namespace millrace::engine {

wire::routing_id unfinished_messages::grow(wire::routing_id from, std::uint64_t memory_bytes,
                                           std::uint64_t arrived_bytes, time_point now) {
  const std::scoped_lock lock(mutex_);
  auto& grown = all_.try_emplace(from, message{.began = now}).first->second;
  bytes_ += memory_bytes - grown.memory_bytes;
  grown.memory_bytes = memory_bytes;
  grown.arrived_bytes = arrived_bytes;
  if (bytes_ <= bound_) [[likely]] {
    return wire::nobody;
  }
  const auto slowest = std::ranges::min_element(
      all_, {}, [now](const auto& each) { return speed(each.second, now); });
  return slowest->first;
}

void unfinished_messages::end(wire::routing_id from) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = all_.find(from); found != all_.end()) {
    bytes_ -= found->second.memory_bytes;
    all_.erase(found);
  }
}

std::uint64_t unfinished_messages::bytes() const {
  const std::scoped_lock lock(mutex_);
  return bytes_;
}

// Bytes a second; a moment counts as a tenth of a second, so that who has just begun is not slow.
double unfinished_messages::speed(const message& of, time_point now) noexcept {
  constexpr double least_seconds = 0.1;
  const std::chrono::duration<double> elapsed = now - of.began;
  return static_cast<double>(of.arrived_bytes) / std::max(elapsed.count(), least_seconds);
}

}  // namespace millrace::engine
