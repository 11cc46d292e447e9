#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/connection/connector.hpp"
#include "engine/connection/listener.hpp"
#include "engine/io_loop.hpp"
#include "engine/options.hpp"
#include "engine/socket/admission.hpp"
#include "engine/socket/inbox.hpp"
#include "engine/socket/routing_table.hpp"

namespace millrace::engine {

// Told, within a turn, that a batch lies in the inbox.
class wakeup {
 public:
  virtual void on_batch() noexcept = 0;

 protected:
  ~wakeup() = default;
};

struct stream_counters {
  std::uint64_t dropped_messages = 0;  // beside those of peers: sent to nobody
  std::uint64_t refused = 0;
};

// The STREAM socket: many listeners, connectors and peers under one space of routing ids, one inbox
// and one set of limits. Used on the thread of its loop; outlived by its loop, outlives its peers.
class stream_socket final : private connection_events,
                            private listener_events,
                            private connector_events,
                            private undelivered {
 public:
  using connection_options_ptr = std::shared_ptr<const connection_options>;

  stream_socket(io_loop& loop, memory_source& memory, wakeup& owner, const socket_options& options,
                wire::routing_id first_id);
  ~stream_socket();

  struct bound {
    std::uint32_t id;
    tcp_address address;
  };
  boost::system::result<bound> listen(const tcp_address& address, const listen_options& how,
                                      connection_options_ptr options);
  void unlisten(std::uint32_t id) { listeners_.erase(id); }

  struct connect_request {
    std::vector<tcp_address> addresses;
    std::chrono::milliseconds timeout;
    wire::routing_id id = wire::nobody;  // nobody: the next free one
    connection_options_ptr options;
    bool id_is_kept = false;  // `id` comes from keep_id
  };
  // The token of the event that will tell how it ended.
  boost::system::result<std::uint32_t> connect(connect_request request);
  void stop_connecting();
  // One of them; what has ended already is left alone.
  void stop_connecting(std::uint32_t token);

  // Sets an id aside (nobody: the next free one), also while it has no peer, until it is released.
  // It belongs to one connect_request at a time.
  boost::system::result<wire::routing_id> keep_id(wire::routing_id wanted);
  // Not while connecting; the id of a peer is free when that has ended.
  void release_id(wire::routing_id id) { peers_.let_go(id); }

  send_result send(wire::routing_id to, chunks payload);
  // As peer::begin_send; null for an unknown peer too.
  std::byte* begin_send(wire::routing_id to, std::size_t bytes, std::size_t slack,
                        send_result& result);
  send_result finish_send(wire::routing_id to, std::size_t bytes);

  peer* find(wire::routing_id id) const noexcept { return peers_.find(id); }
  void end_all(error_code reason, std::uint32_t linger);
  void destroy_all();

  batch take_batch() { return inbox_.take(); }
  // The application has what the batch held; what it still works on was held with peer::hold.
  void finish_batch(batch used);

  std::size_t connections() const { return admission_.connections(); }
  std::size_t connecting() const noexcept { return connectors_.size(); }
  const connection_group& group() const noexcept { return group_; }
  const stream_counters& counters() const noexcept { return counters_; }
  // Of a peer, or of the former ones of a kept id; null for any other id.
  const traffic* traffic_of(wire::routing_id id) noexcept;
  // Messages to this id were not sent.
  void count_dropped(wire::routing_id id, std::uint64_t messages);
  void flush() noexcept { loop_.flush(); }

 private:
  struct listening {
    std::unique_ptr<listener> source;
    connection_options_ptr options;
    std::unique_ptr<admission> admitted;
  };
  struct connecting_to {
    std::unique_ptr<connector> source;
    wire::routing_id id;
    connection_options_ptr options;
  };

  void on_open(peer& from) override;
  void on_message(peer& from, bytes_view payload) override;
  void on_large_message(peer& from, block_ptr payload) override;
  void on_drain(peer& from) override;
  void on_close(peer& from, const end_reason& reason) override;
  void on_accept(listener& from, descriptor accepted, const tcp_address& remote) override;
  void on_accept_failed(listener& from, error_code failure) override;
  void on_connect(connector& from, descriptor connected, const tcp_address& remote) override;
  void on_connect_failed(connector& from, error_code failure, const tcp_address& last) override;
  void on_deliver() noexcept override { owner_.on_batch(); }

  boost::system::result<wire::routing_id> reserve(wire::routing_id wanted);
  bool admit(listening& at, const tcp_address& remote);
  void leave(std::uint32_t origin, const tcp_address& remote);
  bool start(const connection_identity& who, connection_options_ptr options, descriptor connected);
  connecting_to take_connector(std::uint32_t token);
  send_result judge(peer& to, send_result result);
  bool is_fullest_and_over(const peer& sender);
  void post(socket_event event);

  io_loop& loop_;
  wakeup& owner_;
  admission admission_;
  connection_group group_;
  stream_counters counters_;
  inbox inbox_;
  std::unordered_map<std::uint32_t, listening> listeners_;
  std::unordered_map<std::uint32_t, connecting_to> connectors_;
  routing_table peers_;
  std::uint32_t last_listener_ = 0;
  std::uint32_t last_token_ = 0;
  std::uint32_t token_in_progress_ = 0;  // of the connection that is being opened
};

}  // namespace millrace::engine
