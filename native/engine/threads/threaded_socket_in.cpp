// The way in of threaded_socket: from what the parts have laid out to the application.

#include <utility>

#include "engine/threads/threaded_socket.hpp"

namespace millrace::engine {
namespace {

// What one call of the application gets of one part at the most, so that the event loop has its turn
// and the memory of messages that were handed over can be collected meanwhile.
constexpr int most_records = 4096;
constexpr std::size_t most_bytes = 1024 * 1024;

// As the round trip time of TCP is smoothed (RFC 6298).
constexpr std::uint64_t smoothing = 8;

}  // namespace

bool threaded_socket::deliver() {
  // While a batch is read in part, the bell for the one behind it has been heard already.
  bool more = false;
  for (std::size_t part = 0; part < readers_.size(); ++part) {
    auto& reader = readers_[part];
    more |= reader.is_inside();
    if (reader.look()) {
      take_in(part);
    }
    more |= !reader.at_end();
  }
  if (!inbox_.empty()) {
    owner_.on_batch();
  } else {
    finish_batch({});
  }
  return more;
}

void threaded_socket::finish_batch(batch used) {
  inbox_.recycle(std::move(used));
  forget_leaving();
  for (std::size_t part = 0; part < readers_.size(); ++part) {
    if (readers_[part].has_finished()) {
      commands_for(part).call(
          [target = parts_->all()[part], finished = readers_[part].take_finished()]() mutable {
            target->finish(std::move(finished));
          });
    }
  }
  flush();
}

void threaded_socket::take_in(std::size_t part) {
  auto& reader = readers_[part];
  handover_micros_ += (reader.waited_micros() + smoothing - 1) / smoothing;
  handover_micros_ -= handover_micros_ / smoothing;
  std::size_t bytes = 0;
  for (int count = 0; count < most_records && bytes < most_bytes; ++count) {
    const auto* const next = reader.next();
    if (!next) {
      return;
    }
    if ((next->kind_and_place & 1) == record::event) {
      take_in_event(part, reader.event(*next));
    } else {
      take_in_message(next->id, reader.payload(*next));
      reader.drop_payload(*next);
      bytes += next->length;
    }
  }
}

void threaded_socket::take_in_message(wire::routing_id from, bytes_view payload) {
  if (!unwanted_.empty() && unwanted_.contains(from)) {
    return;
  }
  if (!inbox_.add_message(from, payload)) {
    call(look_up(from)->part,
         [from](stream_socket& socket) { socket.cut(from, error::resources); });
  }
}

void threaded_socket::take_in_event(std::size_t part, socket_event& event) {
  switch (event.what) {
    case socket_event::kind::connect:
      return meet(part, event);
    case socket_event::kind::disconnect:
      if (unwanted_.erase(event.id) != 0) {
        return parts_->ids.release(event.id);
      }
      part_from(event);
      break;
    case socket_event::kind::connect_failed:
      if (connecting_.erase(event.token) == 0) {
        return;
      }
      break;
    case socket_event::kind::ending:
      if (auto* const found = look_up(event.id)) {
        found->closing = true;
      }
      return;
    case socket_event::kind::drain:
      if (auto* const found = look_up(event.id); found && !found->who->queue().is_drained()) {
        return ask(verb::flush, event.id);
      }
      break;
    default:
      break;
  }
  inbox_.add_event(std::move(event));
}

bool threaded_socket::is_expected(const socket_event& connected) const {
  return connected.token != 0 ? connecting_.contains(connected.token)
                              : listening_.contains(connected.origin);
}

void threaded_socket::meet(std::size_t part, socket_event& event) {
  if (!is_expected(event)) {
    unwanted_.insert(event.id);
    call(part, [id = event.id](stream_socket& socket) { socket.cut(id, error::local_closed); });
    return;
  }
  connecting_.erase(event.token);
  peers_.emplace(event.id, remote{std::move(event.who), part, event.local});
  inbox_.add_event(std::move(event));
}

// What the peer did not take is no longer queued. Its entry stays as long as the application may hold
// messages of this batch.
void threaded_socket::part_from(const socket_event& left) {
  const auto id = left.id;
  auto& leaving = *look_up(id);
  leaving.closing = true;
  parts_->queued.fetch_sub(leaving.who->queue().charged(), std::memory_order_relaxed);
  parts_->ids.release(id);
  leaving_.push_back(id);
  if (past_.has(id)) {
    count_dropped(id, left.lost);
    past_.add(id, leaving.totals());
    leaving.counted = true;
  }
}

void threaded_socket::forget_leaving() {
  for (const auto id : leaving_) {
    const auto found = peers_.find(id);
    orphaned_[found->second.part] += found->second.held;
    peers_.erase(found);
  }
  leaving_.clear();
}

}  // namespace millrace::engine
