#pragma once

#include <cstdint>

namespace millrace::wire {

// Names one connection of a STREAM socket; zero names nobody. The first frame of the original's
// two-part messages is this number in four bytes, big-endian.
using routing_id = std::uint32_t;

inline constexpr routing_id nobody = 0;

}  // namespace millrace::wire
