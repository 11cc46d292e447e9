#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "engine/connection/peer.hpp"

namespace millrace::testing {

// Events of peers that nobody listens to.
struct no_events final : engine::connection_events {
  void on_open(engine::peer& /*from*/) override {}
  void on_message(engine::peer& /*from*/, engine::bytes_view /*payload*/) override {}
  void on_large_message(engine::peer& /*from*/, engine::block_ptr /*payload*/) override {}
  bool on_unfinished(engine::peer& /*from*/, std::size_t /*memory_bytes*/,
                     std::size_t /*arrived_bytes*/) override {
    return true;
  }
  void on_drain(engine::peer& /*from*/) override {}
  void on_ending(engine::peer& /*from*/) override {}
  void on_close(engine::peer& /*from*/, const engine::end_reason& /*reason*/) override {}
};

// A peer without a connection, for what only needs to know who somebody is.
class silent_peer final : public engine::peer {
 public:
  using peer::peer;

  bool start() override { return true; }
  engine::send_result send(engine::chunks /*payload*/) override { return {}; }
  std::byte* begin_send(std::size_t /*bytes*/, std::size_t /*slack*/,
                        engine::send_result& /*result*/) override {
    return nullptr;
  }
  engine::send_result finish_send(std::size_t /*bytes*/) override { return {}; }
  void flush() noexcept override {}
  void end(engine::error_code /*reason*/, std::uint32_t /*linger*/) override {}
  void destroy(engine::error_code /*reason*/) override {}
  engine::tcp_address local_address() const noexcept override { return {}; }
  std::size_t header_bytes() const noexcept override { return 4; }

  // What a connection does when a message is complete, before it tells anybody.
  void receives(std::size_t payload_bytes) {
    count_in(payload_bytes);
    in_batch_ += payload_bytes + engine::message_charge;
  }
  // The application takes all that has come since the last time.
  void batch_is_taken() { taken(std::exchange(in_batch_, 0)); }
  using peer::all_taken;
  using peer::below_half_mark;
  using peer::leave;
  using peer::may_read;

 private:
  void on_taken() override {}

  std::uint64_t in_batch_ = 0;
};

}  // namespace millrace::testing
