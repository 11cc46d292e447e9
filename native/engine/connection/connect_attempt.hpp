#pragma once

#include <cstdint>
#include <memory>

#include "engine/io_loop.hpp"
#include "engine/transport/descriptor.hpp"

namespace millrace::engine {

class connect_attempt;

class connect_attempt_events {
 public:
  // Ends the attempt, which may be destroyed during the call. In a turn.
  virtual void on_attempt(connect_attempt& from, error_code failure) = 0;

 protected:
  ~connect_attempt_events() = default;
};

// One connect(2) to one address. Used on the thread of its loop; destroying it gives up silently.
class connect_attempt final : private ready_handler, private ready_work {
 public:
  connect_attempt(io_loop& loop, connect_attempt_events& events, const stream_address& to)
      : loop_(loop), events_(events), to_(to) {}

  // An error when connecting could not even begin; there is no event then.
  error_code start(std::uint32_t keep_alive_ms);

  const stream_address& address() const noexcept { return to_; }
  // Once connected.
  descriptor take() noexcept;

 private:
  void on_ready(bool readable, bool writable) noexcept override;
  void on_turn() noexcept override;

  io_loop& loop_;
  connect_attempt_events& events_;
  stream_address to_;
  descriptor connecting_;
  std::unique_ptr<descriptor_watch> watch_;
};

}  // namespace millrace::engine
