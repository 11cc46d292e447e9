#pragma once

#include <atomic>
#include <cstdint>

#include "engine/connection/receive_budget.hpp"
#include "engine/socket/admission.hpp"
#include "engine/socket/id_space.hpp"
#include "engine/socket/message_socket.hpp"
#include "engine/socket/unfinished_messages.hpp"

namespace millrace::engine {

// What a socket that lives on several threads can do that one of its parts alone cannot. Any thread.
class socket_threads : public shared_receive_budget {
 public:
  // Takes an accepted connection to the thread with the least load; false if that is this one.
  virtual bool place(const connection_identity& who, const connection_options_ptr& options,
                     descriptor& accepted) = 0;
  // Closes a connection wherever it lives.
  virtual void cut(wire::routing_id who, error_code reason) = 0;

 protected:
  ~socket_threads() = default;
};

// What all connections of a socket share, on whatever threads they live. Any thread.
struct socket_commons {
  socket_commons(const socket_options& options, wire::routing_id first_id);

  const socket_options options;
  id_space ids;
  admission doors;
  unfinished_messages unfinished;
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> queued{0};  // by all peers, where there are several threads
  socket_threads* threads = nullptr;     // null where there is one
};

}  // namespace millrace::engine
