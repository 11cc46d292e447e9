#pragma once

#include <time.h>

#include <cstdint>

namespace load {

inline constexpr std::int64_t nanos_a_second = 1'000'000'000;

inline std::int64_t read_clock(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0)
    return 0;
  return time.tv_sec * nanos_a_second + time.tv_nsec;
}

inline std::int64_t now_ns() { return read_clock(CLOCK_MONOTONIC); }

// User and system time of all threads of a process so far: what /proc/PID/stat says, without its ticks of 10 ms.
inline std::int64_t process_cpu_ns(int pid) {
  clockid_t clock{};
  return ::clock_getcpuclockid(pid, &clock) == 0 ? read_clock(clock) : 0;
}

// Time that the cores of the machine spent on anything, or were kept from it by the host, so far. In ticks of 10 ms.
std::int64_t machine_cpu_ns();

}  // namespace load
