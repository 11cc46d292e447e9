#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "engine/connection/memory.hpp"

namespace millrace::engine {

// Messages longer than this have a block of their own, which the descriptor is read into directly.
inline constexpr std::size_t largest_shared_message = 16 * 1024;

// The message of one connection that has not completely arrived. Its memory grows with what
// arrives, not with what was announced: min(announced, max(64 KiB, 2 x arrived)). It is not seen by
// the application before it is complete.
class assembly {
 public:
  bool active() const noexcept { return small_ || large_; }
  bool is_large() const noexcept { return large_ != nullptr; }

  // False when there is no memory.
  bool append(std::span<const std::byte> bytes, std::uint32_t announced, memory_source& source);

  // Where the next bytes of a large message belong; empty when none is in progress.
  std::span<std::byte> room() const noexcept;
  void commit(std::size_t count) noexcept { arrived_ += static_cast<std::uint32_t>(count); }
  // Keeps the room from running out before the message is complete. False when there is no memory.
  bool grow(std::uint32_t announced, memory_source& source);

  std::span<const std::byte> small_message() const noexcept { return {small_.get(), arrived_}; }
  block_ptr take_large() noexcept { return std::move(large_); }
  void clear() noexcept;

 private:
  bool start(std::uint32_t announced, memory_source& source);
  std::byte* begin() const noexcept { return large_ ? large_->bytes().data() : small_.get(); }

  std::unique_ptr<std::byte[]> small_;
  block_ptr large_;
  std::uint32_t arrived_ = 0;
};

}  // namespace millrace::engine
