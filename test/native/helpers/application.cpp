#include "helpers/application.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/connection/outbox.hpp"
#include "helpers/bytes.hpp"

namespace millrace::testing {
namespace {

constexpr std::size_t longest_shown = 40;

std::string shown(const std::string& payload) {
  return payload.size() <= longest_shown ? payload : std::to_string(payload.size()) + " bytes";
}

std::string shown(const engine::socket_event& event) {
  static constexpr std::array names{"connect",        "disconnect",    "drain",
                                    "connect_failed", "accept_failed", "refused"};
  auto line = std::string(names.at(static_cast<std::size_t>(event.what)));
  if (event.id != wire::nobody) {
    line.append(" ").append(std::to_string(event.id));
  }
  if (const auto* const name = event.code ? engine::stable_name(event.code) : nullptr) {
    line.append(" ").append(name);
  } else if (event.code) {
    line.append(" ").append(event.code.message());
  }
  return line + (event.truncated ? " truncated" : "");
}

std::string shown(const happening& what) {
  if (what.is_event) {
    return shown(what.event);
  }
  auto line = std::string("message ");
  return line.append(std::to_string(what.id)).append(" ").append(shown(what.payload));
}

}  // namespace

void application::on_batch() noexcept {
  if (!takes) {
    return;
  }
  auto batch = socket_->take_batch();
  ++batches_;
  for (const auto& record : batch.records) {
    look_at(batch, record);
  }
  if (socket_) {
    socket_->finish_batch(std::move(batch));
  }
}

void application::look_at(const engine::batch& from, const engine::record& at) {
  const auto place = at.kind_and_place >> 1;
  if ((at.kind_and_place & 1) == engine::record::event) {
    look_at_event(from.events.at(place));
  } else {
    const auto payload = from.blocks.at(place)->bytes().subspan(at.offset, at.length);
    look_at_message(at.id, text(payload));
  }
}

void application::look_at_event(const engine::socket_event& event) {
  seen.push_back({true, event.id, {}, event, batches_});
  if (on_event) {
    on_event(event);
  }
}

void application::look_at_message(wire::routing_id id, std::string payload) {
  ++messages_;
  message_bytes_ += payload.size();
  auto* const from = holds && socket_ ? socket_->find(id) : nullptr;
  if (from) {
    from->hold(payload.size() + engine::message_charge);
    held_[id] += payload.size() + engine::message_charge;
  }
  seen.push_back({false, id, std::move(payload), {}, batches_});
  if (on_message) {
    on_message(id, std::string(seen.back().payload));
  }
}

void application::release_all() {
  for (const auto& [id, charge] : std::exchange(held_, {})) {
    if (auto* const from = socket_->find(id)) {
      from->release(charge);
    }
  }
}

lines application::log() const {
  lines all;
  for (const auto& what : seen) {
    all.push_back(shown(what));
  }
  return all;
}

lines application::log_of(wire::routing_id id) const {
  lines all;
  for (const auto& what : seen) {
    if (what.id == id) {
      all.push_back(shown(what));
    }
  }
  return all;
}

std::size_t application::count(kind what) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      seen, [=](const happening& each) { return each.is_event && each.event.what == what; }));
}

const engine::socket_event* application::last(kind what) const {
  for (auto each = seen.rbegin(); each != seen.rend(); ++each) {
    if (each->is_event && each->event.what == what) {
      return &each->event;
    }
  }
  return nullptr;
}

}  // namespace millrace::testing
