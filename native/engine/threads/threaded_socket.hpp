#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/socket/message_socket.hpp"
#include "engine/threads/command_batch.hpp"
#include "engine/threads/shard_reader.hpp"
#include "engine/threads/thread_parts.hpp"

namespace millrace::engine {

// The STREAM socket of an application whose connections live on I/O threads: the application's side.
// It hands over what the application asks for in batches, and takes batches from the parts. Used on
// the application's thread; outlived by the pool and the bell.
//
// Each peer is known here by a reference whose `queue()` is charged before a message is handed over,
// so that the answers to `send` are the same as on one thread.
class threaded_socket : public message_socket {
 public:
  threaded_socket(io_pool& pool, application_bell& bell, memory_source& memory, wakeup& owner,
                  const socket_options& options, wire::routing_id first_id);
  ~threaded_socket() override;

  boost::system::result<bound> listen(const stream_address& address, const listen_options& how,
                                      connection_options_ptr options) override;
  void unlisten(std::uint32_t id) override;
  boost::system::result<std::uint32_t> connect(connect_request request) override;
  void stop_connecting(std::uint32_t token) override;

  boost::system::result<wire::routing_id> keep_id(wire::routing_id wish) override;
  void release_id(wire::routing_id id) override;
  void count_dropped(wire::routing_id id, std::uint64_t messages) override;

  send_result send(wire::routing_id to, chunks payload) override;
  std::byte* begin_send(wire::routing_id to, std::size_t bytes, std::size_t slack,
                        send_result& result) override;
  send_result finish_send(wire::routing_id to, std::size_t bytes) override;
  // Hands over what the application has asked for so far.
  void flush() noexcept override;
  void flush(wire::routing_id to) noexcept override;

  void end(wire::routing_id who, std::uint32_t linger) override;
  void destroy(wire::routing_id who) override;
  void hold(wire::routing_id who, std::uint64_t charge) override;
  void release(wire::routing_id who, std::uint64_t charge) override;
  void pause(wire::routing_id who, bool wanted) override;
  void end_all(std::uint32_t linger) override;

  bool has(wire::routing_id who) const noexcept override {
    return peers_.contains(who) || past_.has(who);
  }
  std::uint64_t queued_bytes(wire::routing_id who) const noexcept override;
  tcp_address local_address(wire::routing_id who) const noexcept override;
  socket_totals totals_of(wire::routing_id who) const noexcept override;
  socket_totals totals() const noexcept override;

  // Looks what the parts have laid out and tells the owner of a batch, if there is one. True when
  // there was more than one batch should hold.
  bool deliver();
  batch take_batch() override { return inbox_.take(); }
  void finish_batch(batch used) override;

 private:
  struct remote {
    std::shared_ptr<peer> who;
    std::size_t part;
    tcp_address local;
    std::uint64_t messages_out = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t dropped = 0;
    std::uint64_t held = 0;
    bool closing = false;
    bool counted = false;  // by past_traffic already

    socket_totals totals() const noexcept;
  };
  struct attempt {
    std::size_t part;
    wire::routing_id id;
  };
  using verb = command_batch::verb;

  remote* look_up(wire::routing_id id) noexcept;
  command_batch& commands_for(std::size_t part);
  void ask(verb what, wire::routing_id who, std::uint64_t amount = 0);
  template <class Function>
  void call(std::size_t part, Function function) {
    commands_for(part).call([target = parts_->all()[part], function = std::move(function)] {
      if (auto* const socket = target->socket()) {
        function(*socket);
      }
    });
  }
  template <class Function>
  void call_each(Function function) {
    for (std::size_t part = 0; part < commands_.size(); ++part) {
      call(part, function);
    }
  }
  // False when there was nothing, or nobody takes it any more.
  bool hand_over(std::size_t part) noexcept;
  void hand_over_and_wait(std::size_t part);

  send_result check(wire::routing_id id, remote* to, std::size_t bytes);
  send_result at_bound(remote& full);
  void cut(remote& full);
  bool is_fullest_and_over(const peer& sender);
  send_result sent(remote& to, std::size_t bytes);

  void take_in(std::size_t part);
  void take_in_message(wire::routing_id from, bytes_view payload);
  void take_in_event(std::size_t part, socket_event& event);
  void meet(std::size_t part, socket_event& event);
  bool is_expected(const socket_event& connected) const;
  void part_from(const socket_event& left);
  void forget_leaving();

  std::shared_ptr<thread_parts> parts_;
  wakeup& owner_;
  inbox inbox_;
  std::vector<std::unique_ptr<command_batch>> commands_;  // one for each part, null while empty
  std::vector<shard_reader> readers_;                     // one for each part
  boost::unordered_flat_map<wire::routing_id, remote> peers_;
  boost::unordered_flat_map<std::uint32_t, std::size_t> listening_;  // on which part
  boost::unordered_flat_map<std::uint32_t, attempt> connecting_;     // by token
  // Connections that came when their listener or the wish for them was gone already: the application
  // never hears of them.
  boost::unordered_flat_set<wire::routing_id> unwanted_;
  std::vector<wire::routing_id> leaving_;  // told with the batch that the application has now
  std::vector<std::uint64_t> orphaned_;    // of each part, as connection_group::orphaned
  past_traffic past_;
  traffic sent_;
  std::uint64_t handover_micros_ = 0;
  std::uint32_t last_listener_ = 0;
  std::uint32_t last_token_ = 0;
};

}  // namespace millrace::engine
