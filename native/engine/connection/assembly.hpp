#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "engine/connection/memory.hpp"

namespace millrace::engine {

// Messages longer than this have a block of their own, which the descriptor is read into directly.
inline constexpr std::size_t largest_shared_message = 16 * 1024;

inline constexpr std::size_t first_room = 64 * 1024;

// The message of one connection that has not completely arrived. Its memory grows with what has
// arrived, here or in the kernel's queue, not with what was announced: min(announced, max(64 KiB,
// 2 x arrived)). It is not seen by the application before it is complete.
class assembly {
 public:
  struct announcement {
    std::uint32_t bytes;       // of the whole message
    std::size_t queued_bytes;  // known to have arrived behind what is being added
  };

  bool active() const noexcept { return small_ || large_; }
  std::size_t arrived_bytes() const noexcept { return arrived_; }
  // What it takes of memory now.
  std::size_t memory_bytes() const noexcept {
    return large_ ? large_->bytes().size() : small_bytes_;
  }
  bool is_large() const noexcept { return large_ != nullptr; }

  // Whether adding `count` bytes, and more to come, takes memory.
  bool must_grow(std::size_t count) const noexcept { return room().size() <= count; }
  // False when there is no memory.
  bool append(std::span<const std::byte> bytes, announcement message, memory_source& source);

  // Where the next bytes of a large message belong; empty when none is in progress.
  std::span<std::byte> room() const noexcept;
  void commit(std::size_t count) noexcept { arrived_ += static_cast<std::uint32_t>(count); }

  std::span<const std::byte> small_message() const noexcept { return {small_.get(), arrived_}; }
  block_ptr take_large() noexcept { return std::move(large_); }
  void clear() noexcept;

 private:
  bool make_room(std::size_t count, announcement message, memory_source& source);
  std::byte* end() const noexcept {
    return (large_ ? large_->bytes().data() : small_.get()) + arrived_;
  }

  std::unique_ptr<std::byte[]> small_;
  block_ptr large_;
  std::uint32_t arrived_ = 0;
  std::uint32_t small_bytes_ = 0;
};

}  // namespace millrace::engine
