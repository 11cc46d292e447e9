#include "engine/socket/stream_socket.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "engine/transport/tcp.hpp"

namespace millrace::engine {
namespace {

// Left to the rest of the process: files, name servers, other sockets.
constexpr std::uint64_t descriptors_left_free = 256;

std::uint32_t connections_by_descriptor_limit() noexcept {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto most =
      std::min<std::uint64_t>(limit.rlim_cur, std::numeric_limits<std::int32_t>::max());
  return static_cast<std::uint32_t>(most > 2 * descriptors_left_free ? most - descriptors_left_free
                                                                     : most / 2);
}

socket_options with_limits(socket_options options) noexcept {
  if (options.max_connections == 0) {
    options.max_connections = connections_by_descriptor_limit();
  }
  return options;
}

// One that was taken over may be watched already, by a server of Node for instance.
error_code not_watched(listener& source, const listen_options& how) noexcept {
  const bool adopted = how.adopted >= 0;
  if (adopted) {
    source.give_back();
  }
  return {adopted ? EEXIST : ENOMEM, boost::system::system_category()};
}

}  // namespace

stream_socket::stream_socket(io_loop& loop, memory_source& memory, wakeup& owner,
                             const socket_options& options, wire::routing_id first_id)
    : loop_(loop),
      owner_(owner),
      options_(with_limits(options)),
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

boost::system::result<stream_socket::bound> stream_socket::listen(const stream_address& address,
                                                                  const listen_options& how,
                                                                  connection_options_ptr options) {
  auto opened = open_listening(address, how, options->keep_alive);
  if (!opened) {
    return opened.error();
  }
  const auto id = ++last_listener_;
  listener_events& events = *this;
  auto source = std::make_unique<listener>(loop_, events, id, std::move(*opened));
  if (!source->start()) {
    return not_watched(*source, how);
  }
  const auto where = source->address();
  const bound result{id, tcp_part(where), to_text(where)};
  listeners_.emplace(id, listening{std::move(source), how, std::move(options)});
  return result;
}

boost::system::result<std::uint32_t> stream_socket::connect(connect_request request) {
  const bool chosen = request.id != wire::nobody;
  if (chosen && !peers_.reserve(request.id)) {
    return error::routing_id_in_use;
  }
  const auto id = chosen ? request.id : peers_.reserve();
  if (id == wire::nobody) {
    return error::no_free_routing_id;
  }
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

send_result stream_socket::send(wire::routing_id to, chunks payload) {
  auto* const found = find(to);
  if (!found) {
    ++counters_.dropped_messages;
    return send_result::refused;
  }
  const bool refuse = is_fullest_and_over(*found);
  return judge(*found, refuse ? send_result::at_bound : found->send(payload));
}

std::byte* stream_socket::begin_send(wire::routing_id to, std::size_t bytes, std::size_t slack,
                                     send_result& result) {
  auto* const found = find(to);
  if (!found) {
    ++counters_.dropped_messages;
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
  to.count_drop();
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
  ++open_;
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
  --open_;
  if (const auto found = listeners_.find(from.origin()); found != listeners_.end()) {
    --found->second.connections;
  }
  post({.what = socket_event::kind::disconnect,
        .id = from.id(),
        .origin = from.origin(),
        .code = reason.code,
        .truncated = reason.truncated,
        .address = from.remote_address()});
  peers_.release(from.id());
}

bool stream_socket::is_full(const listening& at) const noexcept {
  return open_ >= options_.max_connections ||
         (at.how.max_connections != 0 && at.connections >= at.how.max_connections);
}

void stream_socket::on_accept(listener& from, descriptor accepted, const tcp_address& remote) {
  auto& at = listeners_.at(from.id());
  if (is_full(at)) {
    ++counters_.refused;
    return post({.what = socket_event::kind::refused, .origin = from.id(), .address = remote});
  }
  const auto id = peers_.reserve();
  if (start({.id = id, .origin = from.id(), .remote = remote}, at.options, std::move(accepted))) {
    ++at.connections;
  } else {
    on_accept_failed(from, {ENOMEM, boost::system::system_category()});
  }
}

void stream_socket::on_accept_failed(listener& from, error_code failure) {
  post({.what = socket_event::kind::accept_failed, .origin = from.id(), .code = failure});
}

void stream_socket::on_connect(connector& from, descriptor connected, const tcp_address& remote) {
  const auto ended = take_connector(from.token());
  token_in_progress_ = from.token();
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
  peers_.put(std::move(owner));
  if (started.start()) {
    return true;
  }
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
