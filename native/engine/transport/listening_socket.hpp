#pragma once

#include "engine/transport/descriptor.hpp"
#include "engine/transport/socket_file.hpp"

namespace millrace::engine {

// A descriptor that listens, and the file that goes with it: the file is removed before the
// descriptor is closed.
struct listening_socket {
  descriptor listening;
  socket_file file;
};

// Binds and listens at `address`, or takes over `options.adopted`, which is left alone on failure.
// A stale file of a unix socket is replaced.
boost::system::result<listening_socket> open_listening(const stream_address& address,
                                                       const listen_options& options,
                                                       std::uint32_t keep_alive_ms);

}  // namespace millrace::engine
