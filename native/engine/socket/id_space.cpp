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
    if (id != wire::nobody && used_.insert(id).second) {
      return id;
    }
  }
}

bool id_space::reserve(wire::routing_id id) {
  const std::scoped_lock lock(mutex_);
  return used_.insert(id).second;
}

boost::system::result<wire::routing_id> id_space::reserve_for(wire::routing_id wish) {
  if (wish != wire::nobody) {
    return reserve(wish) ? boost::system::result<wire::routing_id>{wish} : error::routing_id_in_use;
  }
  const auto id = reserve();
  return id != wire::nobody ? boost::system::result<wire::routing_id>{id} : error::no_free_routing_id;
}

void id_space::release(wire::routing_id id) {
  const std::scoped_lock lock(mutex_);
  used_.erase(id);
}

}  // namespace millrace::engine
