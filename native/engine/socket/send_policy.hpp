#pragma once

#include "engine/connection/peer.hpp"

namespace millrace::engine {

inline bool was_taken(send_result result) noexcept { return static_cast<int>(result) >= 0; }

// What a sender is told whose message found the queue at its bound. `refused` means that the peer is
// to be disconnected.
inline send_result at_bound_of(const connection_options& options) noexcept {
  switch (options.on_buffer_full) {
    case on_buffer_full::error:
      return send_result::at_bound;
    case on_buffer_full::drop:
      return send_result::dropped;
    default:
      return send_result::refused;
  }
}

inline bool is_cut_at_bound(const peer& full) noexcept {
  return full.options().on_buffer_full == on_buffer_full::disconnect;
}

// Whether the message counts as dropped: not if the sender is told by an exception.
inline bool counts_as_dropped(send_result result) noexcept {
  return result == send_result::refused || result == send_result::dropped;
}

// Finds the fullest of `peers`, a range of pointers.
template <class Peers>
peer* fullest_of(const Peers& peers) noexcept {
  peer* fullest = nullptr;
  for (auto* const each : peers) {
    if (!fullest || each->queue().charged() > fullest->queue().charged()) {
      fullest = each;
    }
  }
  return fullest;
}

}  // namespace millrace::engine
