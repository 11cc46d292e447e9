#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace load {

struct options {
  std::uint16_t port = 0;
  std::uint32_t connections = 1;
  // Messages in flight on each connection; the open loop has no bound.
  std::uint32_t window = 1;
  // Bytes of payload, the frame's length not counted.
  std::size_t size = 64;
  double seconds = 2;
  double warmup = 0.5;
  // Set: all of the run is measured, and it ends with the last reply to this many messages.
  std::uint64_t messages = 0;
  // Messages a second over all connections; set: the open loop.
  double rate = 0;
  // Polls without ever sleeping.
  bool spin = false;
  // Set: opens that many connections, says "ready" and holds them until stdin ends.
  std::uint32_t idle = 0;
  // Set: the CPU time of this process in the measured interval is part of the report.
  int server_pid = 0;
};

// Empty when the arguments make no sense; stderr then says why.
std::optional<options> parse_options(int count, char** arguments);

}  // namespace load
