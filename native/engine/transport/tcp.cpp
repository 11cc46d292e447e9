#include "engine/transport/tcp.hpp"

#include "engine/connection/connection.hpp"
#include "engine/connection/framing.hpp"
#include "engine/transport/batched_socket.hpp"

namespace millrace::engine {

template class connection<batched_socket, length_framing>;
template class connection<batched_socket, no_framing>;

std::shared_ptr<peer> make_tcp_connection(io_loop& loop, connection_group& group,
                                          std::shared_ptr<const connection_options> options,
                                          const connection_identity& who, descriptor connected) {
  if (options->framing == framing::none) {
    return std::make_shared<connection<batched_socket, no_framing>>(loop, group, std::move(options),
                                                                    who, std::move(connected));
  }
  return std::make_shared<connection<batched_socket, length_framing>>(
      loop, group, std::move(options), who, std::move(connected));
}

}  // namespace millrace::engine
