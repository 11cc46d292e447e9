#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/connection/connect_attempt.hpp"

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

// Tries addresses in their order, as RFC 8305 says: the next one begins when an earlier one has
// failed, or has taken 250 ms, and the first that succeeds ends the others.
//
//   first address   |------------------------------------------------> given up
//   second          .  250 ms  |------X refused                .
//   third           .          .      |------------------------> connected
//
// One deadline covers all. Used on the thread of its loop; the result comes in a later turn;
// destroying it gives up silently.
class connector final : private connect_attempt_events, private ready_work, private deadline {
 public:
  connector(io_loop& loop, connector_events& events, std::uint32_t token,
            std::vector<stream_address> addresses, std::uint32_t keep_alive_ms);

  void start(std::chrono::milliseconds timeout);
  std::uint32_t token() const noexcept { return token_; }

 private:
  class pause final : public deadline {
   public:
    explicit pause(connector& owner) noexcept : owner_(owner) {}
    void on_deadline() noexcept override { owner_.try_next(); }

   private:
    connector& owner_;
  };

  void on_attempt(connect_attempt& from, error_code failure) override;
  void on_turn() noexcept override;
  void on_deadline() noexcept override;
  void try_next();
  error_code begin(const stream_address& to);
  void wait(std::chrono::milliseconds delay);

  io_loop& loop_;
  connector_events& events_;
  std::uint32_t token_;
  std::uint32_t keep_alive_ms_;
  std::vector<stream_address> addresses_;
  std::size_t next_ = 0;
  std::vector<std::unique_ptr<connect_attempt>> attempts_;
  pause pause_{*this};
  error_code failure_;
  tcp_address last_;  // that was tried, or that has failed
};

}  // namespace millrace::engine
