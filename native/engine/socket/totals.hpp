#pragma once

#include "engine/connection/peer.hpp"
#include "engine/socket/message_socket.hpp"

namespace millrace::engine {

// Any thread.
inline socket_totals totals_of_peer(peer& one) noexcept {
  const auto& sum = one.counters();
  return {.messages_in = sum.messages_in.value(),
          .messages_out = sum.messages_out.value(),
          .bytes_in = sum.bytes_in.value(),
          .bytes_out = sum.bytes_out.value(),
          .queued_bytes = one.queue().charged(),
          .dropped_messages = sum.dropped.value()};
}

}  // namespace millrace::engine
