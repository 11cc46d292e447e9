#pragma once

#include <boost/system/error_code.hpp>
#include <cstdint>
#include <type_traits>

namespace millrace::engine {

using error_code = boost::system::error_code;

// What can go wrong beside the failures of system calls, which keep their errno.
enum class error : std::uint8_t {
  peer_closed = 1,
  local_closed,
  message_too_long,
  protocol,
  timeout,
  backpressure,
  resources,
  endpoint_without_transport,
  endpoint_with_unknown_transport,
  endpoint_without_host,
  endpoint_with_bad_host,
  endpoint_with_bad_port,
  endpoint_with_path,
  wildcard_to_connect_to,
  endpoint_without_path,
  endpoint_with_relative_path,
  endpoint_with_nul,
  endpoint_with_long_path,
  descriptor_not_listening,
  descriptor_of_other_transport,
  routing_id_in_use,
  no_free_routing_id,
  socket_closed,
};

const boost::system::error_category& category() noexcept;

inline error_code make_error_code(error value) noexcept {
  return {static_cast<int>(value), category()};
}

// The stable name that programs compare with: PEER_CLOSED, ERR_MILLRACE_INVALID_ENDPOINT, ...
// Null for errors of the system, whose names are those of errno.
const char* stable_name(const error_code& code) noexcept;

}  // namespace millrace::engine

template <>
struct boost::system::is_error_code_enum<millrace::engine::error> : std::true_type {};
