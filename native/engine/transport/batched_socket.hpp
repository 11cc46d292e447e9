#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "engine/error.hpp"
#include "engine/io_loop.hpp"
#include "engine/transport/descriptor.hpp"

namespace millrace::engine {

using bytes_view = std::span<const std::byte>;
using chunks = std::span<const bytes_view>;

// The bottom of every stack: a connected, non-blocking stream descriptor whose small writes are
// gathered into one send at the end of the turn. Used on the thread of its loop.
//
//   write, small     appended to the batch; past flush_bytes the batch goes out at once
//   write, large     one sendmsg of batch and the caller's bytes, which are not copied
//   kernel is full   what it did not take is copied behind the batch; nothing of the caller's is kept
//
// The batch is borrowed from the loop's pool while there is something in it.
class batched_socket {
 public:
  batched_socket(io_loop& loop, descriptor connected) noexcept
      : loop_(loop), descriptor_(std::move(connected)) {}

  struct received {
    std::size_t direct = 0;  // bytes put into the caller's room
    bytes_view shared;       // what came behind them, in the loop's buffer until its next use
    bool exhausted = true;   // the kernel had less than there was room for
    bool ended = false;      // the peer's FIN
    error_code failure;
  };

  // One recv: first into `room`, then at most `shared_bytes` into the loop's buffer.
  received receive(std::span<std::byte> room, std::size_t shared_bytes) noexcept;

  // What the kernel holds for us.
  std::size_t queued_input() const noexcept;
  // What the kernel has taken and the peer has not acknowledged.
  std::size_t queued_output() const noexcept;

  // Takes all of it. A failure means that nothing will ever be sent again; reading may go on.
  error_code write(bytes_view head, chunks body);
  // Room behind the batch for what is encoded in place; taken with `commit`.
  std::span<std::byte> prepare(std::size_t count);
  error_code commit(std::size_t count);

  error_code flush() noexcept;
  std::size_t unsent() const noexcept { return batch_.size(); }
  // The kernel takes no more until the descriptor is reported writable.
  bool blocked() const noexcept { return blocked_; }
  void set_writable() noexcept { blocked_ = false; }
  void drop_unsent() noexcept;

  void shutdown_send() noexcept;
  void close() noexcept;
  int native_handle() const noexcept { return descriptor_.get(); }

 private:
  error_code gather(bytes_view head, chunks body);
  void append(bytes_view bytes) { buffer().append(bytes); }
  byte_buffer& buffer();
  void release_if_empty();

  io_loop& loop_;
  descriptor descriptor_;
  bool blocked_ = false;
  byte_buffer batch_;
};

}  // namespace millrace::engine
