#pragma once

// Generated from ts/option-table.ts by `npm run generate`.

#include <cstdint>

namespace millrace::engine {

enum class on_buffer_full : std::uint8_t { disconnect, drop, error };

struct connection_options {
  // bytes
  std::uint32_t max_message_size = 16777216;
  // bytes
  std::uint64_t send_high_water_mark = 1048576;
  // bytes
  std::uint64_t max_buffered_bytes = 16777216;
  engine::on_buffer_full on_buffer_full = engine::on_buffer_full::disconnect;
  // milliseconds
  std::uint32_t send_timeout = 60000;
  // bytes
  std::uint64_t receive_high_water_mark = 1048576;
  // milliseconds
  std::uint32_t keep_alive = 60000;
  // milliseconds
  std::uint32_t linger = 2000;

  template <class Visitor>
  void for_each(Visitor&& visit) {
    visit("maxMessageSize", max_message_size);
    visit("sendHighWaterMark", send_high_water_mark);
    visit("maxBufferedBytes", max_buffered_bytes);
    visit("onBufferFull", on_buffer_full);
    visit("sendTimeout", send_timeout);
    visit("receiveHighWaterMark", receive_high_water_mark);
    visit("keepAlive", keep_alive);
    visit("linger", linger);
  }
};

struct socket_options {
  // bytes
  std::uint64_t total_receive_high_water_mark = 67108864;
  // bytes
  std::uint64_t max_total_buffered_bytes = 268435456;
  // 0: see the reference
  std::uint32_t max_connections = 0;
  // 0: see the reference
  std::uint32_t max_connections_per_address = 0;

  template <class Visitor>
  void for_each(Visitor&& visit) {
    visit("totalReceiveHighWaterMark", total_receive_high_water_mark);
    visit("maxTotalBufferedBytes", max_total_buffered_bytes);
    visit("maxConnections", max_connections);
    visit("maxConnectionsPerAddress", max_connections_per_address);
  }
};

}  // namespace millrace::engine
