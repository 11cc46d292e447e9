#pragma once

#include <cstdint>

namespace millrace::engine {

enum class on_buffer_full : std::uint8_t { disconnect, drop, error };

struct connection_options {
  std::uint32_t max_message_size = 16 * 1024 * 1024;
  std::uint64_t send_high_water_mark = 1024 * 1024;
  std::uint64_t max_buffered_bytes = 16 * 1024 * 1024;
  engine::on_buffer_full on_buffer_full = engine::on_buffer_full::disconnect;
  std::uint32_t send_timeout = 60'000;
  std::uint64_t receive_high_water_mark = 1024 * 1024;
  std::uint32_t keep_alive = 60'000;
  std::uint32_t linger = 2'000;
};

struct socket_options {
  std::uint64_t total_receive_high_water_mark = 64 * 1024 * 1024;
  std::uint64_t max_total_buffered_bytes = 256 * 1024 * 1024;
  std::uint32_t max_connections = 0;
};

}  // namespace millrace::engine
