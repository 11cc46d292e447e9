#pragma once

#include <cstdint>
#include <limits>

#include "clock.hpp"
#include "histogram.hpp"

namespace load {

// Correctness, over the whole run.
struct faults {
  std::uint64_t wrong = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t closed_connections = 0;
};

// Speed, over the measured interval. A rate counts the replies that came within it. Latencies are those of the messages
// that were due within it, whenever their replies came: else an overloaded server would leave its slowest out.
class recorder {
 public:
  explicit recorder(int server_pid) : server_pid_(server_pid) {}

  void begin(std::int64_t now) {
    begin_ = now;
    client_cpu_ = -process_cpu_ns(0);
    server_cpu_ = -server_cpu();
    machine_cpu_ = -machine_cpu_ns();
  }

  void end(std::int64_t now) {
    end_ = now;
    client_cpu_ += process_cpu_ns(0);
    server_cpu_ += server_cpu();
    machine_cpu_ += machine_cpu_ns();
  }

  void reply(std::int64_t due, std::int64_t now) {
    ++replies_;
    last_reply_ = now;
    if (now >= begin_ && now < end_)
      ++measured_;
    if (due >= begin_ && due < end_)
      latencies_.add(now - due);
  }

  bool began() const { return begin_ != never; }
  bool ended() const { return end_ != never; }
  std::int64_t begin_time() const { return begin_; }
  std::int64_t last_reply() const { return last_reply_; }
  std::uint64_t replies() const { return replies_; }
  std::uint64_t measured() const { return measured_; }
  double seconds() const { return in_seconds(end_ - begin_); }
  double client_cpu_seconds() const { return in_seconds(client_cpu_); }
  double server_cpu_seconds() const { return in_seconds(server_cpu_); }
  // Also what other processes took.
  double machine_cpu_seconds() const { return in_seconds(machine_cpu_); }
  const histogram& latencies() const { return latencies_; }

 private:
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  static double in_seconds(std::int64_t nanoseconds) {
    return static_cast<double>(nanoseconds) / static_cast<double>(nanos_a_second);
  }

  std::int64_t server_cpu() const { return server_pid_ == 0 ? 0 : process_cpu_ns(server_pid_); }

  int server_pid_;
  std::int64_t begin_ = never;
  std::int64_t end_ = never;
  std::int64_t last_reply_ = 0;
  std::int64_t client_cpu_ = 0;
  std::int64_t server_cpu_ = 0;
  std::int64_t machine_cpu_ = 0;
  std::uint64_t replies_ = 0;
  std::uint64_t measured_ = 0;
  histogram latencies_;
};

}  // namespace load
