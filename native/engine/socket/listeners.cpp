#include "engine/socket/listeners.hpp"

#include <utility>

namespace millrace::engine {

bool listeners::add(std::uint32_t id, listening_socket listening, const listen_options& how,
                    connection_options_ptr options) {
  listener_events& events = *this;
  auto source = std::make_unique<listener>(loop_, events, events_budget_, id, std::move(listening));
  if (!source->start()) {
    if (how.adopted >= 0) {
      source->give_back();
    }
    return false;
  }
  all_.emplace(id, entry{std::move(source), how.max_connections, std::move(options)});
  return true;
}

void listeners::on_accept(listener& from, descriptor accepted, const tcp_address& remote) {
  const auto& at = all_.at(from.id());
  if (!commons_.doors.admit(from.id(), at.max_connections, remote)) {
    commons_.refused.fetch_add(1, std::memory_order_relaxed);
    return host_.post(
        {.what = socket_event::kind::refused, .origin = from.id(), .address = remote});
  }
  const connection_identity who{
      .id = commons_.ids.reserve(), .origin = from.id(), .remote = remote};
  if (!commons_.threads) {
    loop_.load.fetch_add(1, std::memory_order_relaxed);
  } else if (commons_.threads->place(who, at.options, accepted)) {
    return;
  }
  host_.adopt(who, at.options, std::move(accepted));
}

void listeners::on_accept_failed(listener& from, error_code failure) {
  host_.post({.what = socket_event::kind::accept_failed, .origin = from.id(), .code = failure});
}

}  // namespace millrace::engine
