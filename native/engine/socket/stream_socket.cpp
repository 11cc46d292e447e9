#include "engine/socket/stream_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "engine/socket/totals.hpp"
#include "engine/transport/tcp.hpp"

namespace millrace::engine {
namespace {

const error_code no_memory{ENOMEM, boost::system::system_category()};

// So many events, as charged, may wait for the application before nobody is let in any more: each
// connection brings two, and those who come and go while the application is busy must not fill the
// memory. Messages have a mark of their own, at which newcomers are still heard.
constexpr std::uint64_t events_mark = 32'768 * message_charge;

// One that was taken over may be watched already, by a server of Node for instance.
error_code not_watched(const listen_options& how) noexcept {
  return {how.adopted >= 0 ? EEXIST : ENOMEM, boost::system::system_category()};
}

}  // namespace

stream_socket::stream_socket(io_loop& loop, memory_source& memory, wakeup& owner,
                             const socket_options& options, wire::routing_id first_id)
    : stream_socket(loop, memory, owner, std::make_shared<socket_commons>(options, first_id)) {}

stream_socket::stream_socket(io_loop& loop, memory_source& memory, wakeup& owner,
                             std::shared_ptr<socket_commons> commons)
    : loop_(loop),
      owner_(owner),
      commons_(std::move(commons)),
      group_{.events = *this,
             .memory = memory,
             .outbound = {.bound = commons_->options.max_total_buffered_bytes,
                          .shared = commons_->threads ? &commons_->queued : nullptr},
             .inbound =
                 receive_budget{commons_->options.total_receive_high_water_mark, commons_->threads},
             .total = {}},
      events_(events_mark),
      inbox_(memory),
      listeners_(loop, *this, *commons_, events_),
      connectors_(loop, *this, commons_->ids) {}

stream_socket::~stream_socket() {
  destroy_all();
  loop_.queue().drain();
}

boost::system::result<message_socket::bound> stream_socket::listen(const stream_address& address,
                                                                   const listen_options& how,
                                                                   connection_options_ptr options) {
  auto opened = open_listening(address, how, options->keep_alive);
  if (!opened) {
    return opened.error();
  }
  const auto result = bound_to(++last_listener_, *opened);
  if (!listeners_.add(result.id, std::move(*opened), how, std::move(options))) {
    return not_watched(how);
  }
  return result;
}

void stream_socket::add_listener(std::uint32_t id, listening_socket listening,
                                 const listen_options& how, connection_options_ptr options) {
  if (!listeners_.add(id, std::move(listening), how, std::move(options))) {
    post({.what = socket_event::kind::accept_failed, .origin = id, .code = no_memory});
  }
}

boost::system::result<std::uint32_t> stream_socket::connect(connect_request request) {
  const auto id = commons_->ids.reserve_for(request.id);
  if (!id) {
    return id.error();
  }
  request.id = *id;
  const auto token = ++last_token_;
  connectors_.start(token, std::move(request));
  return token;
}

boost::system::result<wire::routing_id> stream_socket::keep_id(wire::routing_id wish) {
  const auto id = commons_->ids.keep(wish);
  if (id) {
    past_.keep(*id);
  }
  return id;
}

void stream_socket::release_id(wire::routing_id id) {
  commons_->ids.let_go(id);
  past_.let_go(id);
}

void stream_socket::end(wire::routing_id who, std::uint32_t linger) {
  if (auto* const found = find(who)) {
    found->end(error::local_closed, linger);
  }
}

void stream_socket::cut(wire::routing_id who, error_code reason) {
  if (auto* const found = find(who)) {
    found->destroy(reason);
  }
}

void stream_socket::hold(wire::routing_id who, std::uint64_t charge) {
  if (auto* const found = find(who)) {
    found->hold(charge);
  } else {
    held_of_gone_.emplace_back(who, charge);
  }
}

void stream_socket::release(wire::routing_id who, std::uint64_t charge) {
  if (auto* const found = find(who)) {
    found->release(charge);
  } else {
    const auto freed = std::min(charge, group_.orphaned);
    group_.orphaned -= freed;
    group_.inbound.discharge(freed);
  }
}

void stream_socket::pause(wire::routing_id who, bool wanted) {
  if (auto* const found = find(who)) {
    found->pause(wanted);
  }
}

void stream_socket::end_all(std::uint32_t linger) {
  peers_.for_each([&](peer& each) { each.end(error::local_closed, linger); });
}

void stream_socket::destroy_all() {
  listeners_.clear();
  connectors_.stop_all();
  peers_.for_each([](peer& each) { each.destroy(error::local_closed); });
}

tcp_address stream_socket::local_address(wire::routing_id who) const noexcept {
  const auto* const found = find(who);
  return found ? found->local_address() : tcp_address{};
}

std::uint64_t stream_socket::queued_bytes(wire::routing_id who) const noexcept {
  auto* const found = find(who);
  return found ? found->queue().charged() : 0;
}

socket_totals stream_socket::totals_of(wire::routing_id who) const noexcept {
  auto* const found = find(who);
  return past_.plus(who, found ? totals_of_peer(*found) : socket_totals{});
}

socket_totals stream_socket::totals() const noexcept {
  const auto& sum = group_.total;
  return {.messages_in = sum.messages_in.value(),
          .messages_out = sum.messages_out.value(),
          .bytes_in = sum.bytes_in.value(),
          .bytes_out = sum.bytes_out.value(),
          .connections = commons_->doors.connections(),
          .queued_bytes = group_.outbound.charged,
          .unfinished_bytes = commons_->unfinished.bytes(),
          .dropped_messages = undeliverable_.value(),
          .refused = commons_->refused.load(std::memory_order_relaxed)};
}

void stream_socket::finish_batch(batch used) {
  for (const auto& [id, charge] : std::exchange(held_of_gone_, {})) {
    const auto from =
        std::ranges::find(used.senders, id, [](auto& each) { return each.who->id(); });
    if (from != used.senders.end()) {
      from->who->hold(charge);
    }
  }
  for (const auto& from : used.senders) {
    from.who->taken(from.charge);
  }
  events_.discharge(used.events.size() * message_charge);
  inbox_.recycle(std::move(used));
}

void stream_socket::post(socket_event event) {
  events_.charge(message_charge);
  inbox_.add_event(std::move(event));
  loop_.add(static_cast<undelivered&>(*this));
}

void stream_socket::on_open(peer& from) {
  if (from.origin() == 0) {
    commons_->doors.enter();
    loop_.load.fetch_add(1, std::memory_order_relaxed);
  }
  socket_event event{.what = socket_event::kind::connect,
                     .id = from.id(),
                     .origin = from.origin(),
                     .token = connectors_.token_in_progress(),
                     .address = from.remote_address()};
  if (commons_->threads) {
    event.local = from.local_address();
    event.who = from.shared_from_this();
  }
  post(std::move(event));
}

void stream_socket::on_message(peer& from, bytes_view payload) {
  if (!inbox_.add_message(from.id(), payload)) {
    return from.destroy(error::resources);
  }
  inbox_.charge(from, payload.size());
  loop_.add(static_cast<undelivered&>(*this));
}

void stream_socket::on_large_message(peer& from, block_ptr payload) {
  inbox_.charge(from, payload->bytes().size());
  inbox_.add_large_message(from.id(), std::move(payload));
  loop_.add(static_cast<undelivered&>(*this));
}

bool stream_socket::on_unfinished(peer& from, std::size_t memory_bytes, std::size_t arrived_bytes) {
  if (memory_bytes == 0) {
    commons_->unfinished.end(from.id());
    return true;
  }
  const auto slowest = commons_->unfinished.grow(from.id(), memory_bytes + message_charge,
                                                 arrived_bytes, loop_.source().now());
  if (slowest == from.id()) {
    return false;
  }
  if (slowest != wire::nobody) {
    find(slowest) ? cut(slowest, error::resources)
                  : commons_->threads->cut(slowest, error::resources);
  }
  return true;
}

void stream_socket::on_drain(peer& from) {
  post({.what = socket_event::kind::drain, .id = from.id()});
}

// An application on this thread asks.
void stream_socket::on_ending(peer& from) {
  if (commons_->threads) {
    post({.what = socket_event::kind::ending, .id = from.id()});
  }
}

void stream_socket::on_close(peer& from, const end_reason& reason) {
  commons_->doors.leave(from.origin(), from.remote_address());
  loop_.load.fetch_sub(1, std::memory_order_relaxed);
  const auto lost = from.queue().lost();
  if (past_.has(from.id())) {
    count_dropped(from.id(), lost);
    past_.add(from.id(), totals_of_peer(from));
  }
  post({.what = socket_event::kind::disconnect,
        .id = from.id(),
        .origin = from.origin(),
        .code = reason.code,
        .truncated = reason.truncated,
        .lost = lost,
        .address = from.remote_address()});
  peers_.erase(from.id());
  if (!commons_->threads) {
    commons_->ids.release(from.id());
  }
}

bool stream_socket::start(const connection_identity& who, connection_options_ptr options,
                          descriptor connected) {
  auto owner = make_tcp_connection(loop_, group_, std::move(options), who, std::move(connected));
  auto& started = *owner;
  peers_.put(std::move(owner));
  if (started.start()) {
    return true;
  }
  peers_.erase(who.id);
  return false;
}

void stream_socket::adopt(const connection_identity& who, connection_options_ptr options,
                          descriptor accepted) {
  if (!start(who, std::move(options), std::move(accepted))) {
    commons_->doors.leave(who.origin, who.remote);
    loop_.load.fetch_sub(1, std::memory_order_relaxed);
    commons_->ids.release(who.id);
    post({.what = socket_event::kind::accept_failed, .origin = who.origin, .code = no_memory});
  }
}

}  // namespace millrace::engine
