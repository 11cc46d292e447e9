#include "engine/connection/assembly.hpp"

#include <algorithm>
#include <cstring>

namespace millrace::engine {
bool assembly::append(std::span<const std::byte> bytes, announcement message,
                      memory_source& source) {
  if (!make_room(bytes.size(), message, source)) {
    return false;
  }
  if (!bytes.empty()) {
    std::memcpy(end(), bytes.data(), bytes.size());
    commit(bytes.size());
  }
  return true;
}

std::span<std::byte> assembly::room() const noexcept {
  return large_ ? large_->bytes().subspan(arrived_) : std::span<std::byte>{};
}

// For `count` bytes, and for more if the message is not complete then: a descriptor is read into
// the room.
bool assembly::make_room(std::size_t count, announcement message, memory_source& source) {
  if (message.bytes <= largest_shared_message) {
    if (!small_) {
      small_ = std::make_unique_for_overwrite<std::byte[]>(message.bytes);
      small_bytes_ = message.bytes;
    }
    return true;
  }
  const auto arrived = arrived_ + count;
  if (large_ && (arrived == message.bytes ? room().size() >= count : room().size() > count)) {
    return true;
  }
  const auto grown = std::max(first_room, 2 * (arrived + message.queued_bytes));
  auto larger = source.allocate(std::min<std::size_t>(message.bytes, grown));
  if (larger && arrived_ != 0) {
    std::memcpy(larger->bytes().data(), large_->bytes().data(), arrived_);
  }
  large_ = std::move(larger);
  return large_ != nullptr;
}

void assembly::clear() noexcept {
  small_.reset();
  large_.reset();
  arrived_ = 0;
  small_bytes_ = 0;
}

}  // namespace millrace::engine
