#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "engine/connection/memory.hpp"
#include "engine/connection/outbox.hpp"
#include "engine/connection/receive_budget.hpp"
#include "engine/counter.hpp"
#include "engine/endpoint.hpp"
#include "engine/options.hpp"
#include "engine/transport/batched_socket.hpp"
#include "wire/routing_id.hpp"

namespace millrace::engine {

struct end_reason {
  error_code code;
  bool truncated = false;  // the last message had not completely arrived
};

enum class send_result : std::int8_t {
  refused = -1,  // the peer is gone
  full = 0,      // taken; wait for the drain
  taken = 1,
  too_long = -2,  // longer than max_message_size
  at_bound = -3,  // not taken: the queue is at max_buffered_bytes
  dropped = -4,   // the same, and the policy is to drop
};

struct traffic {
  counter messages_in;
  counter messages_out;
  counter bytes_in;
  counter bytes_out;
  counter dropped;

  void count_in(std::size_t payload_bytes) noexcept {
    messages_in.add(1);
    bytes_in.add(payload_bytes);
  }
  void count_out(std::size_t payload_bytes) noexcept {
    messages_out.add(1);
    bytes_out.add(payload_bytes);
  }
};

class peer;

// What a connection tells the socket above it.
class connection_events {
 public:
  virtual void on_open(peer& from) = 0;
  // The payload is copied during the call.
  virtual void on_message(peer& from, bytes_view payload) = 0;
  virtual void on_large_message(peer& from, block_ptr payload) = 0;
  // A message that has not completely arrived takes so much memory; 0: it is complete, or dropped.
  // False: this peer is to be closed for it. Another one may be closed during the call.
  virtual bool on_unfinished(peer& from, std::size_t memory_bytes, std::size_t arrived_bytes) = 0;
  virtual void on_drain(peer& from) = 0;
  // From now on nothing can be sent: the connection is being ended in order.
  virtual void on_ending(peer& from) = 0;
  // The last call for this peer.
  virtual void on_close(peer& from, const end_reason& reason) = 0;

 protected:
  ~connection_events() = default;
};

// What the connections of one socket share beside their loop.
struct connection_group {
  connection_events& events;
  memory_source& memory;
  send_budget outbound;
  receive_budget inbound;
  traffic total;
  // Charged in `inbound` for messages that the application still works on, of peers that are gone.
  std::uint64_t orphaned = 0;
};

struct connection_identity {
  wire::routing_id id = wire::nobody;
  std::uint32_t origin = 0;  // the listener that accepted it, 0 for one made by connecting
  tcp_address remote{};
};

// Where the inbox has noted what a peer has brought into a batch.
struct batch_slot {
  std::uint64_t batch = 0;
  std::size_t place = 0;
};

// One connection of a STREAM socket, whatever its transport. Used on the thread of its loop; kept
// alive by the routing table and, once closed, by the loop's queue until that is drained. An
// application on another thread may hold it too, and use what says so.
class peer : public std::enable_shared_from_this<peer>, private budget_waiter {
 public:
  peer(const connection_identity& who, connection_group& group,
       std::shared_ptr<const connection_options> options)
      : options_(std::move(options)),
        group_(group),
        outbox_(*options_, group.outbound),
        remote_(who.remote),
        id_(who.id),
        origin_(who.origin) {}
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;
  virtual ~peer() = default;

  // Any thread.
  wire::routing_id id() const noexcept { return id_; }
  std::uint32_t origin() const noexcept { return origin_; }
  const tcp_address& remote_address() const noexcept { return remote_; }
  const connection_options& options() const noexcept { return *options_; }
  const traffic& counters() const noexcept { return counters_; }
  outbox& queue() noexcept { return outbox_; }

  void count_drops(std::uint64_t messages) noexcept { counters_.dropped.add(messages); }

  // Begins to read, after `on_open`. False when the descriptor cannot be watched.
  virtual bool start() = 0;

  virtual send_result send(chunks payload) = 0;
  // Like `send` for a payload of `bytes` bytes that is encoded straight into the batch: what
  // `begin_send` returns is room for it and `slack` more bytes, null if the result is set instead.
  virtual std::byte* begin_send(std::size_t bytes, std::size_t slack, send_result& result) = 0;
  virtual send_result finish_send(std::size_t bytes) = 0;
  virtual void flush() noexcept = 0;

  // The orderly end: flush, shut down, discard until the peer's FIN; cut after `linger`.
  virtual void end(error_code reason, std::uint32_t linger) = 0;
  // At once; what is queued in either direction is dropped.
  virtual void destroy(error_code reason) = 0;

  virtual tcp_address local_address() const noexcept = 0;
  // What stands before a message on the wire.
  virtual std::size_t header_bytes() const noexcept = 0;

  batch_slot& slot() noexcept { return slot_; }
  // The application has taken what this peer brought into a batch, but for what it holds.
  void taken(std::uint64_t charge);
  // Before `taken`: these messages of the batch stay charged until they are released.
  void hold(std::uint64_t charge) noexcept;
  void release(std::uint64_t charge);
  // Stops reading, or lets it go on.
  void pause(bool wanted);

 protected:
  virtual void on_taken() = 0;

  bool may_read() const noexcept {
    const auto own = unread_ + held_;
    return !paused_ && own < options_->receive_high_water_mark &&
           (own == 0 || !group_.inbound.exhausted());
  }
  // How much may be read ahead of what the application takes.
  std::uint64_t receive_room() const noexcept {
    const auto own = unread_ + held_;
    const auto mark = options_->receive_high_water_mark;
    return own < mark ? std::min<std::uint64_t>(mark - own, group_.inbound.room()) : 0;
  }
  // Reading has stopped; `on_taken` is called when it may go on.
  void wait_for_room() {
    if (!paused_ && unread_ + held_ < options_->receive_high_water_mark) {
      group_.inbound.wait(*this);
    }
  }
  bool below_half_mark() const noexcept {
    return unread_ + held_ <= options_->receive_high_water_mark / 2;
  }
  // The end. What it has brought in stays charged until the application has taken it: a peer that
  // comes, sends, leaves and comes again must not cost more than one that stays.
  void leave() noexcept;
  bool all_taken() const noexcept { return unread_ + held_ == 0; }

  void count_in(std::size_t payload_bytes) noexcept {
    const auto charge = payload_bytes + message_charge;
    unread_ += charge;
    group_.inbound.charge(charge);
    counters_.count_in(payload_bytes);
    group_.total.count_in(payload_bytes);
  }

  void count_out(std::size_t payload_bytes) noexcept {
    counters_.count_out(payload_bytes);
    group_.total.count_out(payload_bytes);
  }

  connection_group& group() const noexcept { return group_; }
  outbox& out() noexcept { return outbox_; }

 private:
  void on_room() override { on_taken(); }
  void discharge(std::uint64_t& counter, std::uint64_t charge) noexcept;

  std::shared_ptr<const connection_options> options_;
  connection_group& group_;
  outbox outbox_;
  traffic counters_;
  std::uint64_t unread_ = 0;         // in batches not handed over yet
  std::uint64_t held_ = 0;           // handed over, but the application is not done with it
  std::uint64_t held_of_batch_ = 0;  // the part of `held_` that the next `taken` leaves out
  batch_slot slot_;
  tcp_address remote_;
  wire::routing_id id_;
  std::uint32_t origin_;
  bool paused_ = false;
  bool gone_ = false;
};

}  // namespace millrace::engine
