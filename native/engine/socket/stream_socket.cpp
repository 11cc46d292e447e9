#include "engine/socket/stream_socket.hpp"

#include <cerrno>
#include <utility>

#include "engine/transport/tcp.hpp"

namespace millrace::engine {
namespace {

admission::limits limits_of(const socket_options& options) noexcept {
  return {.connections = options.max_connections != 0 ? options.max_connections
                                                      : connections_by_descriptor_limit(),
          .per_address = options.max_connections_per_address};
}

}  // namespace

stream_socket::stream_socket(io_loop& loop, memory_source& memory, wakeup& owner,
                             const socket_options& options, wire::routing_id first_id)
    : loop_(loop),
      owner_(owner),
      admission_(limits_of(options)),
      group_{.events = *this,
             .memory = memory,
             .outbound = {.bound = options.max_total_buffered_bytes},
             .inbound = receive_budget{options.total_receive_high_water_mark},
             .total = {}},
      inbox_(memory),
      peers_(first_id) {}

stream_socket::~stream_socket() {
  destroy_all();
  loop_.queue().drain();
}

boost::system::result<stream_socket::bound> stream_socket::listen(const tcp_address& address,
                                                                  const listen_options& how,
                                                                  connection_options_ptr options) {
  auto opened = open_listener(address, how, options->keep_alive);
  if (!opened) {
    return opened.error();
  }
  const auto id = ++last_listener_;
  listener_events& events = *this;
  auto source = std::make_unique<listener>(loop_, events, id, std::move(*opened));
  if (!source->start()) {
    return error_code{ENOMEM, boost::system::system_category()};
  }
  const bound result{id, source->address()};
  auto admitted =
      std::make_unique<admission>(admission::limits{.connections = how.max_connections});
  listeners_.emplace(id, listening{std::move(source), std::move(options), std::move(admitted)});
  return result;
}

boost::system::result<std::uint32_t> stream_socket::connect(connect_request request) {
  const auto reserved = request.id_is_kept ? request.id : reserve(request.id);
  if (!reserved) {
    return reserved.error();
  }
  const auto id = *reserved;
  const auto token = ++last_token_;
  connector_events& events = *this;
  auto source = std::make_unique<connector>(loop_, events, token, std::move(request.addresses),
                                            request.options->keep_alive);
  auto& started = *source;
  connectors_.emplace(token, connecting_to{std::move(source), id, std::move(request.options)});
  started.start(request.timeout);
  return token;
}

void stream_socket::stop_connecting() {
  for (const auto& [token, pending] : connectors_) {
    peers_.release(pending.id);
  }
  connectors_.clear();
}

void stream_socket::stop_connecting(std::uint32_t token) {
  if (connectors_.contains(token)) {
    peers_.release(take_connector(token).id);
  }
}

boost::system::result<wire::routing_id> stream_socket::keep_id(wire::routing_id wanted) {
  const auto reserved = reserve(wanted);
  if (reserved) {
    peers_.keep(*reserved);
  }
  return reserved;
}

boost::system::result<wire::routing_id> stream_socket::reserve(wire::routing_id wanted) {
  if (wanted != wire::nobody) {
    if (peers_.reserve(wanted)) {
      return wanted;
    }
    return error::routing_id_in_use;
  }
  const auto next = peers_.reserve();
  if (next == wire::nobody) {
    return error::no_free_routing_id;
  }
  return next;
}

send_result stream_socket::send(wire::routing_id to, chunks payload) {
  auto* const found = find(to);
  if (!found) {
    count_dropped(to, 1);
    return send_result::refused;
  }
  const bool refuse = is_fullest_and_over(*found);
  return judge(*found, refuse ? send_result::at_bound : found->send(payload));
}

std::byte* stream_socket::begin_send(wire::routing_id to, std::size_t bytes, std::size_t slack,
                                     send_result& result) {
  auto* const found = find(to);
  if (!found) {
    count_dropped(to, 1);
    result = send_result::refused;
    return nullptr;
  }
  std::byte* room = nullptr;
  if (is_fullest_and_over(*found)) {
    result = send_result::at_bound;
  } else {
    room = found->begin_send(bytes, slack, result);
  }
  result = judge(*found, result);
  return room;
}

send_result stream_socket::finish_send(wire::routing_id to, std::size_t bytes) {
  auto* const found = find(to);
  return found->finish_send(bytes);
}

// Applies the policy of a peer whose queue is full.
send_result stream_socket::judge(peer& to, send_result result) {
  if (static_cast<int>(result) >= 0 || result == send_result::too_long) [[likely]] {
    return result;
  }
  const auto policy = to.options().on_buffer_full;
  if (result == send_result::at_bound && policy == on_buffer_full::error) {
    return result;
  }
  ++counters_.dropped_messages;
  to.count_drops(1);
  if (result != send_result::at_bound) {
    return result;
  }
  if (policy == on_buffer_full::drop) {
    return send_result::dropped;
  }
  to.destroy(error::backpressure);
  return send_result::refused;
}

// Above the bound of all peers together the fullest one meets its policy: it is disconnected here,
// or it is the sender and told so.
bool stream_socket::is_fullest_and_over(const peer& sender) {
  if (group_.outbound.charged < group_.outbound.bound) [[likely]] {
    return false;
  }
  peer* fullest = nullptr;
  peers_.for_each([&](peer& each) {
    if (!fullest || each.queue().charged() > fullest->queue().charged()) {
      fullest = &each;
    }
  });
  if (fullest && fullest != &sender &&
      fullest->options().on_buffer_full == on_buffer_full::disconnect) {
    fullest->destroy(error::backpressure);
  }
  return fullest == &sender;
}

void stream_socket::count_dropped(wire::routing_id id, std::uint64_t messages) {
  counters_.dropped_messages += messages;
  if (auto* const found = find(id)) {
    found->count_drops(messages);
  } else if (auto* const past = peers_.past_of(id)) {
    past->dropped += messages;
  }
}

const traffic* stream_socket::traffic_of(wire::routing_id id) noexcept {
  const auto* const found = find(id);
  return found ? &found->counters() : peers_.past_of(id);
}

void stream_socket::end_all(error_code reason, std::uint32_t linger) {
  peers_.for_each([&](peer& each) { each.end(reason, linger); });
}

void stream_socket::destroy_all() {
  listeners_.clear();
  stop_connecting();
  peers_.for_each([](peer& each) { each.destroy(error::local_closed); });
}

void stream_socket::finish_batch(batch used) {
  for (const auto& sender : used.senders) {
    sender->taken();
  }
  inbox_.recycle(std::move(used));
}

void stream_socket::post(socket_event event) {
  inbox_.add_event(std::move(event));
  loop_.add(static_cast<undelivered&>(*this));
}

void stream_socket::on_open(peer& from) {
  post({.what = socket_event::kind::connect,
        .id = from.id(),
        .origin = from.origin(),
        .token = token_in_progress_,
        .address = from.remote_address()});
}

void stream_socket::on_message(peer& from, bytes_view payload) {
  if (!inbox_.add_message(from, payload)) {
    return from.destroy(error::resources);
  }
  loop_.add(static_cast<undelivered&>(*this));
}

void stream_socket::on_large_message(peer& from, block_ptr payload) {
  inbox_.add_large_message(from, std::move(payload));
  loop_.add(static_cast<undelivered&>(*this));
}

void stream_socket::on_drain(peer& from) {
  post({.what = socket_event::kind::drain, .id = from.id()});
}

void stream_socket::on_close(peer& from, const end_reason& reason) {
  leave(from.origin(), from.remote_address());
  if (auto* const past = peers_.past_of(from.id())) {
    count_dropped(from.id(), from.queue().lost());
    *past = from.counters();
  }
  post({.what = socket_event::kind::disconnect,
        .id = from.id(),
        .origin = from.origin(),
        .code = reason.code,
        .truncated = reason.truncated,
        .address = from.remote_address()});
  peers_.release(from.id());
}

bool stream_socket::admit(listening& at, const tcp_address& remote) {
  if (!at.admitted->admit(remote)) {
    return false;
  }
  if (!admission_.admit(remote)) {
    at.admitted->leave_admitted(remote);
    return false;
  }
  return true;
}

// `origin`: the listener, 0 for a connection that this side has made.
void stream_socket::leave(std::uint32_t origin, const tcp_address& remote) {
  if (origin == 0) {
    return admission_.leave_counted();
  }
  admission_.leave_admitted(remote);
  if (const auto found = listeners_.find(origin); found != listeners_.end()) {
    found->second.admitted->leave_admitted(remote);
  }
}

void stream_socket::on_accept(listener& from, descriptor accepted, const tcp_address& remote) {
  auto& at = listeners_.at(from.id());
  if (!admit(at, remote)) {
    ++counters_.refused;
    return post({.what = socket_event::kind::refused, .origin = from.id(), .address = remote});
  }
  const auto id = peers_.reserve();
  if (!start({.id = id, .origin = from.id(), .remote = remote}, at.options, std::move(accepted))) {
    on_accept_failed(from, {ENOMEM, boost::system::system_category()});
  }
}

void stream_socket::on_accept_failed(listener& from, error_code failure) {
  post({.what = socket_event::kind::accept_failed, .origin = from.id(), .code = failure});
}

void stream_socket::on_connect(connector& from, descriptor connected, const tcp_address& remote) {
  const auto ended = take_connector(from.token());
  token_in_progress_ = from.token();
  admission_.count();
  const bool started =
      start({.id = ended.id, .remote = remote}, ended.options, std::move(connected));
  token_in_progress_ = 0;
  if (!started) {
    post({.what = socket_event::kind::connect_failed,
          .token = from.token(),
          .code = {ENOMEM, boost::system::system_category()},
          .address = remote});
  }
}

void stream_socket::on_connect_failed(connector& from, error_code failure,
                                      const tcp_address& last) {
  const auto ended = take_connector(from.token());
  peers_.release(ended.id);
  post({.what = socket_event::kind::connect_failed,
        .token = from.token(),
        .code = failure,
        .address = last});
}

bool stream_socket::start(const connection_identity& who, connection_options_ptr options,
                          descriptor connected) {
  auto owner = make_tcp_connection(loop_, group_, std::move(options), who, std::move(connected));
  auto& started = *owner;
  if (const auto* const past = peers_.past_of(who.id)) {
    started.inherit(*past);
  }
  peers_.put(std::move(owner));
  if (started.start()) {
    return true;
  }
  leave(who.origin, who.remote);
  peers_.release(who.id);
  return false;
}

stream_socket::connecting_to stream_socket::take_connector(std::uint32_t token) {
  const auto found = connectors_.find(token);
  auto taken = std::move(found->second);
  connectors_.erase(found);
  return taken;
}

}  // namespace millrace::engine
