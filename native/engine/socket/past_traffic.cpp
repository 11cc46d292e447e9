#include "engine/socket/past_traffic.hpp"

namespace millrace::engine {
namespace {

void increase(socket_totals& sum, const socket_totals& by) {
  sum.messages_in += by.messages_in;
  sum.messages_out += by.messages_out;
  sum.bytes_in += by.bytes_in;
  sum.bytes_out += by.bytes_out;
  sum.dropped_messages += by.dropped_messages;
}

}  // namespace

void past_traffic::add(wire::routing_id id, const socket_totals& of_connection) {
  if (const auto found = all_.find(id); found != all_.end()) {
    increase(found->second, of_connection);
  }
}

void past_traffic::count_dropped(wire::routing_id id, std::uint64_t messages) {
  add(id, {.dropped_messages = messages});
}

socket_totals past_traffic::plus(wire::routing_id id, socket_totals now) const {
  if (const auto found = all_.find(id); found != all_.end()) {
    increase(now, found->second);
  }
  return now;
}

}  // namespace millrace::engine
