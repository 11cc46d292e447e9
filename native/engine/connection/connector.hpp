#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/io_loop.hpp"
#include "engine/transport/descriptor.hpp"

namespace millrace::engine {

class connector;

class connector_events {
 public:
  // Each ends the connector, which may be destroyed during the call.
  virtual void on_connect(connector& from, descriptor connected, const tcp_address& remote) = 0;
  virtual void on_connect_failed(connector& from, error_code failure, const tcp_address& last) = 0;

 protected:
  ~connector_events() = default;
};

// Tries addresses in their order until one answers; one deadline covers all. Used on the thread of
// its loop; the result comes in a later turn; destroying it gives up silently.
class connector final : private ready_handler, private ready_work, private deadline {
 public:
  connector(io_loop& loop, connector_events& events, std::uint32_t token,
            std::vector<tcp_address> addresses, std::uint32_t keep_alive_ms);

  void start(std::chrono::milliseconds timeout);
  std::uint32_t token() const noexcept { return token_; }

 private:
  void on_ready(bool readable, bool writable) noexcept override;
  void on_turn() noexcept override;
  void on_deadline() noexcept override;
  void try_next();
  const tcp_address& current() const noexcept { return addresses_[attempt_ - 1]; }

  io_loop& loop_;
  connector_events& events_;
  std::uint32_t token_;
  std::uint32_t keep_alive_ms_;
  std::vector<tcp_address> addresses_;
  std::size_t attempt_ = 0;
  error_code failure_;
  descriptor connecting_;
  std::unique_ptr<descriptor_watch> watch_;
};

}  // namespace millrace::engine
