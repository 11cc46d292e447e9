#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/epoll_readiness.hpp"
#include "engine/io_loop.hpp"
#include "engine/socket/stream_socket.hpp"
#include "helpers/application.hpp"
#include "helpers/far_end.hpp"
#include "helpers/heap_memory.hpp"

namespace millrace::testing {

// One STREAM socket, the application above it and the far ends of its connections, all on this
// thread. Nothing moves unless the test lets it.
class world {
 public:
  explicit world(const engine::socket_options& options = {}, wire::routing_id first_id = 1);

  // On a free port of 127.0.0.1.
  engine::tcp_address listen(const engine::connection_options& options = {},
                             const engine::listen_options& how = {});
  // A far end that connects; it stays the world's.
  far_end& dial(const engine::tcp_address& to, int receive_buffer_bytes = 0);
  far_end& adopt(engine::descriptor accepted);
  // The same, and waits for its `connect`.
  far_end& connect_far_end(const engine::tcp_address& to, int receive_buffer_bytes = 0);

  engine::send_result send(wire::routing_id to, std::string_view payload);
  // Sends until the kernel and the queue are full; how many messages were taken.
  std::size_t send_until_full(wire::routing_id to, std::string_view payload);

  // Turns until `done`; false when that takes longer than any test should.
  bool run_until(const std::function<bool()>& done);
  // Turns for that long, to see that something does not happen.
  void run_for(std::chrono::milliseconds duration);
  bool run_until_disconnects(std::size_t count);

  engine::stream_socket& operator*() { return *socket; }
  engine::stream_socket* operator->() { return socket.get(); }

  engine::epoll_readiness readiness;
  engine::io_loop loop{readiness};
  heap_memory memory;
  std::unique_ptr<engine::stream_socket> socket;
  application app{socket};

 private:
  void run_once();

  std::vector<std::unique_ptr<far_end>> far_ends_;
};

engine::tcp_address loopback(std::uint16_t port = 0);

}  // namespace millrace::testing
