#pragma once

#include <memory>

#include "engine/socket/message_socket.hpp"

namespace millrace::binding {

// What a Context is to its sockets: where their engine runs. Used on the thread of the environment.
class socket_host {
 public:
  socket_host() = default;
  socket_host(const socket_host&) = delete;
  socket_host& operator=(const socket_host&) = delete;
  virtual ~socket_host() = default;

  virtual std::unique_ptr<engine::message_socket> make_socket(engine::memory_source& memory,
                                                              engine::wakeup& owner,
                                                              const engine::socket_options& options,
                                                              wire::routing_id first_id) = 0;
  // While held more often than let go, it keeps the process alive.
  virtual void hold_process() noexcept = 0;
  virtual void let_process_go() noexcept = 0;
  // The process ends: what was sent leaves, and no thread goes on.
  virtual void stop() noexcept = 0;
};

}  // namespace millrace::binding
