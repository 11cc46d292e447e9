#include "engine/transport/byte_buffer.hpp"

#include <algorithm>

namespace millrace::engine {
namespace {

constexpr std::size_t first_capacity = 4 * 1024;
constexpr std::size_t largest_kept = 64 * 1024;  // what a backlog has grown goes back to the heap
constexpr std::size_t most_kept = 256;

}  // namespace

void byte_buffer::make_room(std::size_t count) {
  const auto held = size();
  if (held + count <= capacity_ && begin_ >= held) {
    std::memcpy(memory_.get(), memory_.get() + begin_, held);
  } else {
    byte_buffer larger(std::max(held + count, 2 * capacity_));
    if (held != 0) {
      std::memcpy(larger.memory_.get(), memory_.get() + begin_, held);
    }
    swap(larger);
  }
  begin_ = 0;
  end_ = held;
}

void byte_buffer::swap(byte_buffer& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(capacity_, other.capacity_);
  std::swap(begin_, other.begin_);
  std::swap(end_, other.end_);
}

byte_buffer buffer_pool::take() {
  if (spare_.empty()) {
    return byte_buffer(first_capacity);
  }
  auto taken = std::move(spare_.back());
  spare_.pop_back();
  return taken;
}

void buffer_pool::give_back(byte_buffer buffer) {
  if (buffer.capacity() != 0 && buffer.capacity() <= largest_kept && spare_.size() < most_kept) {
    buffer.clear();
    spare_.push_back(std::move(buffer));
  }
}

}  // namespace millrace::engine
