#include "engine/socket/socket_commons.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

namespace millrace::engine {
namespace {

// Left to the rest of the process: files, name servers, other sockets.
constexpr std::uint64_t descriptors_left_free = 256;

std::uint64_t connections_by_descriptor_limit() noexcept {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto most =
      std::min<std::uint64_t>(limit.rlim_cur, std::numeric_limits<std::int32_t>::max());
  return most > 2 * descriptors_left_free ? most - descriptors_left_free : most / 2;
}

admission::limits limits_of(const socket_options& options) noexcept {
  return {.connections = options.max_connections != 0 ? options.max_connections
                                                      : connections_by_descriptor_limit(),
          .per_address = options.max_connections_per_address};
}

}  // namespace

socket_commons::socket_commons(const socket_options& given, wire::routing_id first_id)
    : options(given),
      ids(first_id),
      doors(limits_of(given)),
      unfinished(given.max_unfinished_bytes) {}

}  // namespace millrace::engine
