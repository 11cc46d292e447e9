#include "engine/socket/id_space.hpp"

#include <limits>

namespace millrace::engine {

wire::routing_id id_space::reserve() {
  const std::scoped_lock lock(mutex_);
  if (used_.size() >= std::numeric_limits<wire::routing_id>::max()) {
    return wire::nobody;
  }
  for (;;) {
    const auto id = next_++;
    if (id != wire::nobody && used_.try_emplace(id).second) {
      return id;
    }
  }
}

bool id_space::reserve(wire::routing_id id) {
  const std::scoped_lock lock(mutex_);
  return used_.try_emplace(id).second;
}

boost::system::result<wire::routing_id> id_space::reserve_for(wire::routing_id wish) {
  if (wish == wire::nobody) {
    const auto id = reserve();
    return id != wire::nobody ? boost::system::result<wire::routing_id>{id}
                              : error::no_free_routing_id;
  }
  return take_kept(wish) || reserve(wish) ? boost::system::result<wire::routing_id>{wish}
                                          : error::routing_id_in_use;
}

bool id_space::take_kept(wire::routing_id id) {
  const std::scoped_lock lock(mutex_);
  const auto found = used_.find(id);
  if (found == used_.end() || !found->second.kept || found->second.connected) {
    return false;
  }
  found->second.connected = true;
  return true;
}

void id_space::release(wire::routing_id id) {
  const std::scoped_lock lock(mutex_);
  const auto found = used_.find(id);
  if (found != used_.end() && found->second.kept) {
    found->second.connected = false;
  } else {
    used_.erase(id);
  }
}

boost::system::result<wire::routing_id> id_space::keep(wire::routing_id wish) {
  if (wish != wire::nobody && !reserve(wish)) {
    return error::routing_id_in_use;
  }
  const auto id = wish != wire::nobody ? wish : reserve();
  if (id == wire::nobody) {
    return error::no_free_routing_id;
  }
  const std::scoped_lock lock(mutex_);
  used_[id] = {.connected = false, .kept = true};
  return id;
}

void id_space::let_go(wire::routing_id id) {
  const std::scoped_lock lock(mutex_);
  const auto found = used_.find(id);
  if (found == used_.end() || !found->second.kept) {
    return;
  }
  found->second.kept = false;
  if (!found->second.connected) {
    used_.erase(found);
  }
}

}  // namespace millrace::engine
