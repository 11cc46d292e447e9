#pragma once

#include "engine/connection/peer.hpp"
#include "engine/socket/message_socket.hpp"
#include "engine/transport/descriptor.hpp"

namespace millrace::engine {

// What those who make connections need of the socket that gets them.
class connection_host {
 public:
  // False when the descriptor cannot be watched; then nothing was told.
  virtual bool start(const connection_identity& who, connection_options_ptr options,
                     descriptor connected) = 0;
  // The same for one that was accepted and counted; tells if it fails.
  virtual void adopt(const connection_identity& who, connection_options_ptr options,
                     descriptor accepted) = 0;
  virtual void post(socket_event event) = 0;

 protected:
  ~connection_host() = default;
};

}  // namespace millrace::engine
