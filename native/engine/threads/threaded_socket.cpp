#include "engine/threads/threaded_socket.hpp"

#include <algorithm>
#include <utility>

#include "engine/socket/totals.hpp"

namespace millrace::engine {
threaded_socket::threaded_socket(io_pool& pool, application_bell& bell, memory_source& memory,
                                 wakeup& owner, const socket_options& options,
                                 wire::routing_id first_id)
    : parts_(thread_parts::make(pool, bell, options, first_id)),
      owner_(owner),
      inbox_(memory),
      commands_(pool.size()),
      orphaned_(pool.size()) {
  for (const auto& each : parts_->all()) {
    readers_.emplace_back(each);
  }
}

threaded_socket::~threaded_socket() {
  threaded_socket::flush();
  for (const auto& each : parts_->all()) {
    if (!each->thread().post_call([each] { each->end(); })) {
      each->end();
    }
  }
}

boost::system::result<message_socket::bound> threaded_socket::listen(
    const stream_address& address, const listen_options& how, connection_options_ptr options) {
  auto opened = open_listening(address, how, options->keep_alive);
  if (!opened) {
    return opened.error();
  }
  const auto result = bound_to(++last_listener_, *opened);
  const auto part = parts_->least_loaded();
  listening_.emplace(result.id, part);
  commands_for(part).call([target = parts_->all()[part], id = result.id,
                           listening = std::move(*opened), how, options]() mutable {
    if (auto* const socket = target->socket()) {
      socket->add_listener(id, std::move(listening), how, std::move(options));
    }
  });
  hand_over(part);
  return result;
}

void threaded_socket::unlisten(std::uint32_t id) {
  const auto found = listening_.find(id);
  if (found == listening_.end()) {
    return;
  }
  const auto part = found->second;
  listening_.erase(found);
  call(part, [id](stream_socket& socket) { socket.unlisten(id); });
  // The address is free when this returns: it may be bound again at once.
  hand_over_and_wait(part);
}

boost::system::result<std::uint32_t> threaded_socket::connect(connect_request request) {
  const auto id = parts_->ids.reserve_for(request.id);
  if (!id) {
    return id.error();
  }
  request.id = *id;
  const auto token = ++last_token_;
  const auto part = parts_->least_loaded();
  connecting_.emplace(token, attempt{part, request.id});
  call(part, [token, request = std::move(request)](stream_socket& socket) {
    socket.start_connecting(token, request);
  });
  hand_over(part);
  return token;
}

void threaded_socket::stop_connecting(std::uint32_t token) {
  const auto found = connecting_.find(token);
  if (found == connecting_.end()) {
    return;
  }
  const auto [part, id] = found->second;
  connecting_.erase(found);
  call(part, [token, id = id](stream_socket& socket) {
    socket.stop_connecting(token);
    // It may be connected by now, and not told yet.
    socket.cut(id, error::local_closed);
  });
  hand_over_and_wait(part);
}

boost::system::result<wire::routing_id> threaded_socket::keep_id(wire::routing_id wish) {
  const auto id = parts_->ids.keep(wish);
  if (id) {
    past_.keep(*id);
  }
  return id;
}

void threaded_socket::release_id(wire::routing_id id) {
  parts_->ids.let_go(id);
  past_.let_go(id);
}

void threaded_socket::end(wire::routing_id who, std::uint32_t linger) {
  if (auto* const found = look_up(who)) {
    found->closing = true;
    ask(verb::end, who, linger);
  }
}

void threaded_socket::destroy(wire::routing_id who) {
  if (auto* const found = look_up(who)) {
    found->closing = true;
    ask(verb::destroy, who);
  }
}

void threaded_socket::hold(wire::routing_id who, std::uint64_t charge) {
  if (auto* const found = look_up(who)) {
    found->held += charge;
    ask(verb::hold, who, charge);
  }
}

void threaded_socket::release(wire::routing_id who, std::uint64_t charge) {
  if (auto* const found = look_up(who)) {
    found->held -= std::min(charge, found->held);
    return ask(verb::release, who, charge);
  }
  for (std::size_t part = 0; part < orphaned_.size() && charge != 0; ++part) {
    const auto freed = std::min(charge, orphaned_[part]);
    orphaned_[part] -= freed;
    charge -= freed;
    commands_for(part).add(verb::release, wire::nobody, freed);
  }
}

void threaded_socket::pause(wire::routing_id who, bool wanted) {
  ask(verb::pause, who, wanted ? 1 : 0);
}

void threaded_socket::end_all(std::uint32_t linger) {
  for (auto& [id, each] : peers_) {
    each.closing = true;
  }
  call_each([linger](stream_socket& socket) { socket.end_all(linger); });
}

std::uint64_t threaded_socket::queued_bytes(wire::routing_id who) const noexcept {
  const auto found = peers_.find(who);
  return found == peers_.end() ? 0 : found->second.who->queue().charged();
}

tcp_address threaded_socket::local_address(wire::routing_id who) const noexcept {
  const auto found = peers_.find(who);
  return found == peers_.end() ? tcp_address{} : found->second.local;
}

socket_totals threaded_socket::totals_of(wire::routing_id who) const noexcept {
  const auto found = peers_.find(who);
  return past_.plus(who, found == peers_.end() || found->second.counted ? socket_totals{}
                                                                        : found->second.totals());
}

socket_totals threaded_socket::totals() const noexcept {
  socket_totals sum;
  for (const auto& each : parts_->all()) {
    const auto part = each->totals();
    sum.messages_in += part.messages_in;
    sum.bytes_in += part.bytes_in;
    sum.slab_bytes += part.slab_bytes;
    sum.dropped_messages += part.dropped_messages;
  }
  sum.messages_out = sent_.messages_out.value();
  sum.bytes_out = sent_.bytes_out.value();
  sum.dropped_messages += sent_.dropped.value();
  sum.connections = parts_->doors.connections();
  sum.queued_bytes = parts_->queued.load(std::memory_order_relaxed);
  sum.refused = parts_->refused.load(std::memory_order_relaxed);
  sum.unfinished_bytes = parts_->unfinished.bytes();
  sum.handover_micros = handover_micros_;
  return sum;
}

socket_totals threaded_socket::remote::totals() const noexcept {
  auto sum = totals_of_peer(*who);
  sum.messages_out = messages_out;
  sum.bytes_out = bytes_out;
  sum.dropped_messages += dropped;
  return sum;
}

threaded_socket::remote* threaded_socket::look_up(wire::routing_id id) noexcept {
  const auto found = peers_.find(id);
  return found == peers_.end() ? nullptr : &found->second;
}

}  // namespace millrace::engine
