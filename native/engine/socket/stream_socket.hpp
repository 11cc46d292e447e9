#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/io_loop.hpp"
#include "engine/options.hpp"
#include "engine/socket/connection_host.hpp"
#include "engine/socket/connectors.hpp"
#include "engine/socket/inbox.hpp"
#include "engine/socket/listeners.hpp"
#include "engine/socket/message_socket.hpp"
#include "engine/socket/past_traffic.hpp"
#include "engine/socket/routing_table.hpp"
#include "engine/socket/socket_commons.hpp"

namespace millrace::engine {

// The STREAM socket on one thread: listeners, connectors and peers under one space of routing ids,
// one inbox and one set of limits. It is a whole socket, or the part of a threaded_socket that lives
// on one of its threads. Used on the thread of its loop; outlived by its loop, outlives its peers.
class stream_socket final : public message_socket,
                            private connection_events,
                            private connection_host,
                            private undelivered {
 public:
  stream_socket(io_loop& loop, memory_source& memory, wakeup& owner, const socket_options& options,
                wire::routing_id first_id);
  // A part of a socket.
  stream_socket(io_loop& loop, memory_source& memory, wakeup& owner,
                std::shared_ptr<socket_commons> commons);
  ~stream_socket() override;

  boost::system::result<bound> listen(const stream_address& address, const listen_options& how,
                                      connection_options_ptr options) override;
  void unlisten(std::uint32_t id) override { listeners_.remove(id); }
  boost::system::result<std::uint32_t> connect(connect_request request) override;
  void stop_connecting(std::uint32_t token) override { connectors_.stop(token); }

  boost::system::result<wire::routing_id> keep_id(wire::routing_id wish) override;
  void release_id(wire::routing_id id) override;
  void count_dropped(wire::routing_id id, std::uint64_t messages) override;

  send_result send(wire::routing_id to, chunks payload) override;
  std::byte* begin_send(wire::routing_id to, std::size_t bytes, std::size_t slack,
                        send_result& result) override;
  send_result finish_send(wire::routing_id to, std::size_t bytes) override;
  void flush() noexcept override { loop_.flush(); }
  void flush(wire::routing_id to) noexcept override;

  void end(wire::routing_id who, std::uint32_t linger) override;
  void destroy(wire::routing_id who) override { cut(who, error::local_closed); }
  void hold(wire::routing_id who, std::uint64_t charge) override;
  void release(wire::routing_id who, std::uint64_t charge) override;
  void pause(wire::routing_id who, bool wanted) override;
  void end_all(std::uint32_t linger) override;

  bool has(wire::routing_id who) const noexcept override { return find(who) || past_.has(who); }
  std::uint64_t queued_bytes(wire::routing_id who) const noexcept override;
  tcp_address local_address(wire::routing_id who) const noexcept override;
  socket_totals totals_of(wire::routing_id who) const noexcept override;
  socket_totals totals() const noexcept override;

  batch take_batch() override { return inbox_.take(); }
  void finish_batch(batch used) override;

  peer* find(wire::routing_id id) const noexcept { return peers_.find(id); }
  std::size_t connecting() const noexcept { return connectors_.size(); }
  const connection_group& group() const noexcept { return group_; }
  void destroy_all();

  // What a threaded_socket asks of its parts.
  bool has_batch() const noexcept { return !inbox_.empty(); }
  void add_listener(std::uint32_t id, listening_socket listening, const listen_options& how,
                    connection_options_ptr options);
  void start_connecting(std::uint32_t token, connect_request request) {
    connectors_.start(token, std::move(request));
  }
  void adopt(const connection_identity& who, connection_options_ptr options,
             descriptor accepted) override;
  void cut(wire::routing_id who, error_code reason);
  void count_undeliverable(std::uint64_t messages = 1) noexcept { undeliverable_.add(messages); }
  void resume_reading() noexcept { group_.inbound.resume(); }

 private:
  void on_open(peer& from) override;
  void on_message(peer& from, bytes_view payload) override;
  void on_large_message(peer& from, block_ptr payload) override;
  bool on_unfinished(peer& from, std::size_t memory_bytes, std::size_t arrived_bytes) override;
  void on_drain(peer& from) override;
  void on_ending(peer& from) override;
  void on_close(peer& from, const end_reason& reason) override;
  void on_deliver() noexcept override { owner_.on_batch(); }

  bool start(const connection_identity& who, connection_options_ptr options,
             descriptor connected) override;
  void post(socket_event event) override;

  send_result judge(peer& to, send_result result);
  bool is_fullest_and_over(const peer& sender);
  io_loop& loop_;
  wakeup& owner_;
  std::shared_ptr<socket_commons> commons_;
  connection_group group_;
  counter undeliverable_;  // sent to nobody, or dropped
  receive_budget events_;
  inbox inbox_;
  listeners listeners_;
  connectors connectors_;
  routing_table peers_;
  past_traffic past_;
  // Messages of the batch under way that the application works on, of peers that have left since.
  std::vector<std::pair<wire::routing_id, std::uint64_t>> held_of_gone_;
  std::uint32_t last_listener_ = 0;
  std::uint32_t last_token_ = 0;
};

}  // namespace millrace::engine
