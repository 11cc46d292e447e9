#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>

#include "engine/socket/message_socket.hpp"

namespace millrace::engine {

// What the former connections of kept ids have exchanged, so that the counters of a peer go on when
// it is connected again. Used on the application's thread.
class past_traffic {
 public:
  void keep(wire::routing_id id) { all_.try_emplace(id); }
  void let_go(wire::routing_id id) { all_.erase(id); }
  bool has(wire::routing_id id) const { return all_.contains(id); }

  void add(wire::routing_id id, const socket_totals& of_connection);
  void count_dropped(wire::routing_id id, std::uint64_t messages);
  // `now` and what was before.
  socket_totals plus(wire::routing_id id, socket_totals now) const;

 private:
  boost::unordered_flat_map<wire::routing_id, socket_totals> all_;
};

}  // namespace millrace::engine
