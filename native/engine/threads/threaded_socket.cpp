#include "engine/threads/threaded_socket.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "engine/socket/send_policy.hpp"
#include "engine/socket/totals.hpp"

namespace millrace::engine {
namespace {

// So much waits for the end of the application's turn; later, and the I/O thread waits for work that
// it could do. As batched_socket's flush_bytes.
constexpr std::size_t hand_over_bytes = 32 * 1024;

}  // namespace

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
  flush();
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
  // The address is free when this returns: it may be bound again at once.
  auto closed = std::make_shared<std::promise<void>>();
  call(part, [id, closed](stream_socket& socket) {
    socket.unlisten(id);
    closed->set_value();
  });
  if (hand_over(part)) {
    closed->get_future().wait();
  }
}

boost::system::result<std::uint32_t> threaded_socket::connect(connect_request request) {
  const auto id = parts_->ids.reserve_for(request.id);
  if (!id) {
    return id.error();
  }
  request.id = *id;
  const auto token = ++last_token_;
  const auto part = parts_->least_loaded();
  connecting_.emplace(token, part);
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
  const auto part = found->second;
  connecting_.erase(found);
  call(part, [token](stream_socket& socket) { socket.stop_connecting(token); });
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

void threaded_socket::count_dropped(wire::routing_id id, std::uint64_t messages) {
  sent_.dropped.add(messages);
  if (auto* const found = look_up(id)) {
    found->dropped += messages;
  } else {
    past_.count_dropped(id, messages);
  }
}

send_result threaded_socket::send(wire::routing_id to, chunks payload) {
  std::size_t bytes = 0;
  for (const auto chunk : payload) {
    bytes += chunk.size();
  }
  auto* const found = look_up(to);
  const auto verdict = check(to, found, bytes);
  // Without framing an empty message is nothing.
  if (verdict != send_result::taken || found->who->header_bytes() + bytes == 0) {
    return verdict;
  }
  commands_for(found->part).add_send(to, bytes, payload);
  return sent(*found, bytes);
}

std::byte* threaded_socket::begin_send(wire::routing_id to, std::size_t bytes, std::size_t slack,
                                       send_result& result) {
  auto* const found = look_up(to);
  result = check(to, found, bytes);
  return result == send_result::taken && found->who->header_bytes() + bytes != 0
             ? commands_for(found->part).begin_send(bytes, slack)
             : nullptr;
}

send_result threaded_socket::finish_send(wire::routing_id to, std::size_t bytes) {
  auto* const found = look_up(to);
  commands_for(found->part).finish_send(to, bytes);
  return sent(*found, bytes);
}

send_result threaded_socket::check(wire::routing_id id, remote* to, std::size_t bytes) {
  if (!to || to->closing) {
    count_dropped(id, 1);
    return send_result::refused;
  }
  if (bytes > to->who->options().max_message_size) {
    return send_result::too_long;
  }
  return to->who->queue().offers_at_bound() || is_fullest_and_over(*to->who) ? at_bound(*to)
                                                                             : send_result::taken;
}

send_result threaded_socket::at_bound(remote& full) {
  const auto told = at_bound_of(full.who->options());
  if (counts_as_dropped(told)) {
    count_dropped(full.who->id(), 1);
  }
  if (told == send_result::refused) {
    cut(full);
  }
  return told;
}

void threaded_socket::cut(remote& full) {
  full.closing = true;
  ask(verb::cut, full.who->id());
}

bool threaded_socket::is_fullest_and_over(const peer& sender) {
  if (parts_->queued.load(std::memory_order_relaxed) < parts_->options.max_total_buffered_bytes)
      [[likely]] {
    return false;
  }
  std::vector<peer*> all;
  for (const auto& [id, each] : peers_) {
    all.push_back(each.who.get());
  }
  auto* const fullest = fullest_of(all);
  if (fullest && fullest != &sender && is_cut_at_bound(*fullest)) {
    cut(*look_up(fullest->id()));
  }
  return fullest == &sender;
}

send_result threaded_socket::sent(remote& to, std::size_t bytes) {
  ++to.messages_out;
  to.bytes_out += bytes;
  sent_.count_out(bytes);
  const bool above = to.who->queue().offer(to.who->header_bytes() + bytes);
  if (commands_for(to.part).payload_bytes() >= hand_over_bytes) {
    hand_over(to.part);
  }
  return above ? send_result::full : send_result::taken;
}

void threaded_socket::flush() noexcept {
  for (std::size_t part = 0; part < commands_.size(); ++part) {
    hand_over(part);
  }
}

void threaded_socket::flush(wire::routing_id to) noexcept {
  if (const auto* const found = look_up(to)) {
    hand_over(found->part);
  }
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

command_batch& threaded_socket::commands_for(std::size_t part) {
  auto& commands = commands_[part];
  if (!commands) {
    commands = std::make_unique<command_batch>(parts_->all()[part]);
  }
  return *commands;
}

void threaded_socket::ask(verb what, wire::routing_id who, std::uint64_t amount) {
  if (const auto* const found = look_up(who)) {
    commands_for(found->part).add(what, who, amount);
  }
}

bool threaded_socket::hand_over(std::size_t part) noexcept {
  auto commands = std::exchange(commands_[part], nullptr);
  return commands && parts_->all()[part]->thread().post(std::move(commands));
}

}  // namespace millrace::engine
