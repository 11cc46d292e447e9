// The way out of threaded_socket: from the application to the parts.

#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "engine/socket/send_policy.hpp"
#include "engine/threads/threaded_socket.hpp"

namespace millrace::engine {
namespace {

// So much waits for the end of the application's turn; later, and the I/O thread waits for work that
// it could do. As batched_socket's flush_bytes.
constexpr std::size_t hand_over_bytes = 32 * 1024;

}  // namespace

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
    // What it had queued is free when this returns, as on one thread: the next send is to find room.
    auto& full = *look_up(fullest->id());
    cut(full);
    hand_over_and_wait(full.part);
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

void threaded_socket::count_dropped(wire::routing_id id, std::uint64_t messages) {
  sent_.dropped.add(messages);
  if (auto* const found = look_up(id)) {
    found->dropped += messages;
  } else {
    past_.count_dropped(id, messages);
  }
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

// Until the part has done all that it was asked for.
void threaded_socket::hand_over_and_wait(std::size_t part) {
  auto done = std::make_shared<std::promise<void>>();
  call(part, [done](stream_socket&) { done->set_value(); });
  if (hand_over(part)) {
    done->get_future().wait();
  }
}

bool threaded_socket::hand_over(std::size_t part) noexcept {
  auto commands = std::exchange(commands_[part], nullptr);
  return commands && parts_->all()[part]->thread().post(std::move(commands));
}

}  // namespace millrace::engine
