#include "engine/socket/routing_table.hpp"

#include <limits>

namespace millrace::engine {

wire::routing_id routing_table::reserve() {
  if (peers_.size() >= std::numeric_limits<wire::routing_id>::max()) {
    return wire::nobody;
  }
  for (;;) {
    const auto id = next_++;
    if (id != wire::nobody && reserve(id)) {
      return id;
    }
  }
}

void routing_table::release(wire::routing_id id) {
  if (kept_.contains(id)) {
    peers_[id] = nullptr;
  } else {
    peers_.erase(id);
  }
}

void routing_table::let_go(wire::routing_id id) {
  if (kept_.erase(id) != 0 && !find(id)) {
    peers_.erase(id);
  }
}

void routing_table::put(std::shared_ptr<peer> owner) {
  const auto id = owner->id();
  peers_[id] = std::move(owner);
}

}  // namespace millrace::engine
