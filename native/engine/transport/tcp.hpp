#pragma once

#include <memory>

#include "engine/connection/peer.hpp"

namespace millrace::engine {

// A connection over a connected stream descriptor, of tcp or of a unix socket, with the framing of
// its options.
std::shared_ptr<peer> make_tcp_connection(io_loop& loop, connection_group& group,
                                          std::shared_ptr<const connection_options> options,
                                          const connection_identity& who, descriptor connected);

}  // namespace millrace::engine
