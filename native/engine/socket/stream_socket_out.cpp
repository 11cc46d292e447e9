// The way out of stream_socket: from the application to the connection of a peer.

#include <vector>

#include "engine/socket/send_policy.hpp"
#include "engine/socket/stream_socket.hpp"

namespace millrace::engine {

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
  if (was_taken(result) || result == send_result::too_long) [[likely]] {
    return result;
  }
  const bool full = result == send_result::at_bound;
  const auto told = full ? at_bound_of(to.options()) : result;
  if (counts_as_dropped(told)) {
    count_undeliverable();
    to.count_drops(1);
  }
  if (full && told == send_result::refused) {
    to.destroy(error::backpressure);
  }
  return told;
}

// Above the bound of all peers together the fullest one meets its policy: it is disconnected here,
// or it is the sender and told so.
bool stream_socket::is_fullest_and_over(const peer& sender) {
  if (group_.outbound.charged < group_.outbound.bound) [[likely]] {
    return false;
  }
  std::vector<peer*> all;
  peers_.for_each([&](peer& each) { all.push_back(&each); });
  auto* const fullest = fullest_of(all);
  if (fullest && fullest != &sender && is_cut_at_bound(*fullest)) {
    fullest->destroy(error::backpressure);
  }
  return fullest == &sender;
}

void stream_socket::count_dropped(wire::routing_id id, std::uint64_t messages) {
  count_undeliverable(messages);
  if (auto* const found = find(id)) {
    found->count_drops(messages);
  } else {
    past_.count_dropped(id, messages);
  }
}

void stream_socket::flush(wire::routing_id to) noexcept {
  if (auto* const found = find(to)) {
    found->flush();
  }
}

}  // namespace millrace::engine
