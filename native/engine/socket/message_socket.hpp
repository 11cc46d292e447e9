#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/connection/peer.hpp"
#include "engine/socket/inbox.hpp"
#include "engine/transport/listening_socket.hpp"

namespace millrace::engine {

using connection_options_ptr = std::shared_ptr<const connection_options>;

// Told that a batch lies in the inbox, on the thread of the loop, within a turn.
class wakeup {
 public:
  virtual void on_batch() noexcept = 0;

 protected:
  ~wakeup() = default;
};

// Of one peer, or of all peers of a socket, those that are gone included.
struct socket_totals {
  std::uint64_t messages_in = 0;
  std::uint64_t messages_out = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t connections = 0;
  std::uint64_t queued_bytes = 0;
  std::uint64_t unfinished_bytes = 0;
  std::uint64_t slab_bytes = 0;  // of I/O threads, beside those of the application
  std::uint64_t dropped_messages = 0;
  std::uint64_t refused = 0;
  std::uint64_t handover_micros = 0;
};

// The STREAM socket as the application sees it, wherever its connections live: on the application's
// own thread (stream_socket) or on I/O threads (threaded_socket). Used on the application's thread.
// An id that no peer has is no error; what is asked of it does nothing.
class message_socket {
 public:
  message_socket() = default;
  message_socket(const message_socket&) = delete;
  message_socket& operator=(const message_socket&) = delete;
  virtual ~message_socket() = default;

  struct bound {
    std::uint32_t id;
    tcp_address address;  // none where the transport has none
    std::string endpoint;
  };
  virtual boost::system::result<bound> listen(const stream_address& address,
                                              const listen_options& how,
                                              connection_options_ptr options) = 0;
  virtual void unlisten(std::uint32_t id) = 0;

  struct connect_request {
    std::vector<stream_address> addresses;
    std::chrono::milliseconds timeout;
    wire::routing_id id = wire::nobody;  // nobody: the next free one; else free, or kept for this
    connection_options_ptr options;
  };
  // The token of the event that will tell how it ended.
  virtual boost::system::result<std::uint32_t> connect(connect_request request) = 0;
  virtual void stop_connecting(std::uint32_t token) = 0;

  // Sets an id aside for connections one after the other; `nobody` wishes for the next free one.
  virtual boost::system::result<wire::routing_id> keep_id(wire::routing_id wish) = 0;
  // It is free when no connection has it.
  virtual void release_id(wire::routing_id id) = 0;
  // Messages that the application itself had queued for it.
  virtual void count_dropped(wire::routing_id id, std::uint64_t messages) = 0;

  virtual send_result send(wire::routing_id to, chunks payload) = 0;
  // As peer::begin_send; null for an unknown peer too.
  virtual std::byte* begin_send(wire::routing_id to, std::size_t bytes, std::size_t slack,
                                send_result& result) = 0;
  virtual send_result finish_send(wire::routing_id to, std::size_t bytes) = 0;
  virtual void flush() noexcept = 0;
  virtual void flush(wire::routing_id to) noexcept = 0;

  // As the functions of peer with these names.
  virtual void end(wire::routing_id who, std::uint32_t linger) = 0;
  virtual void destroy(wire::routing_id who) = 0;
  virtual void hold(wire::routing_id who, std::uint64_t charge) = 0;
  // Of a peer that is gone too: `nobody` stands for any of those.
  virtual void release(wire::routing_id who, std::uint64_t charge) = 0;
  virtual void pause(wire::routing_id who, bool wanted) = 0;
  virtual void end_all(std::uint32_t linger) = 0;

  // Whether it is connected, or its id is kept.
  virtual bool has(wire::routing_id who) const noexcept = 0;
  virtual std::uint64_t queued_bytes(wire::routing_id who) const noexcept = 0;
  virtual tcp_address local_address(wire::routing_id who) const noexcept = 0;
  virtual socket_totals totals_of(wire::routing_id who) const noexcept = 0;
  virtual socket_totals totals() const noexcept = 0;

  virtual batch take_batch() = 0;
  // The application has what the batch held; what it still works on was held with `hold`.
  virtual void finish_batch(batch used) = 0;
};

inline message_socket::bound bound_to(std::uint32_t id, const listening_socket& opened) {
  const auto where = bound_address(opened.listening.get());
  return {id, tcp_part(where), to_text(where)};
}

}  // namespace millrace::engine
