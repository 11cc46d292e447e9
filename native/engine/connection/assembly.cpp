#include "engine/connection/assembly.hpp"

#include <algorithm>
#include <cstring>

namespace millrace::engine {
namespace {

constexpr std::size_t first_room = 64 * 1024;

std::size_t room_for(std::uint32_t announced, std::size_t arrived) noexcept {
  return std::min<std::size_t>(announced, std::max(first_room, 2 * arrived));
}

}  // namespace

bool assembly::append(std::span<const std::byte> bytes, std::uint32_t announced,
                      memory_source& source) {
  if (!active() && !start(announced, source)) {
    return false;
  }
  while (!bytes.empty()) {
    if (large_ && room().empty() && !grow(announced, source)) {
      return false;
    }
    const auto capacity = large_ ? room().size() : announced - arrived_;
    const auto part = bytes.first(std::min<std::size_t>(bytes.size(), capacity));
    std::memcpy(begin() + arrived_, part.data(), part.size());
    commit(part.size());
    bytes = bytes.subspan(part.size());
  }
  return !large_ || arrived_ == announced || !room().empty() || grow(announced, source);
}

std::span<std::byte> assembly::room() const noexcept {
  return large_ ? large_->bytes().subspan(arrived_) : std::span<std::byte>{};
}

bool assembly::start(std::uint32_t announced, memory_source& source) {
  arrived_ = 0;
  if (announced <= largest_shared_message) {
    small_ = std::make_unique_for_overwrite<std::byte[]>(announced);
  } else {
    large_ = source.allocate(room_for(announced, 0));
  }
  return active();
}

bool assembly::grow(std::uint32_t announced, memory_source& source) {
  const auto larger = source.allocate(room_for(announced, arrived_));
  if (!larger) {
    return false;
  }
  std::memcpy(larger->bytes().data(), large_->bytes().data(), arrived_);
  large_ = larger;
  return true;
}

void assembly::clear() noexcept {
  small_.reset();
  large_.reset();
  arrived_ = 0;
}

}  // namespace millrace::engine
