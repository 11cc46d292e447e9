#pragma once

#include <boost/system/result.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <mutex>

#include "engine/error.hpp"
#include "wire/routing_id.hpp"

namespace millrace::engine {

// The routing ids of one socket that are in use. They are given out in order, never 0; after the
// last one they start again at 1 and those in use are skipped. Any thread: it is asked once for
// a connection.
//
// An id that is kept stays in use, whatever connections have it one after the other, until it is let
// go and no connection has it.
class id_space {
 public:
  explicit id_space(wire::routing_id first) noexcept : next_(first) {}

  // A free id, the caller's connection's from now on; `nobody` if there is none.
  wire::routing_id reserve();
  // The same for an id of the caller's choice; false if it is in use.
  bool reserve(wire::routing_id id);
  // The one that is wished for, which may be kept for this, or a free one if that is `nobody`.
  boost::system::result<wire::routing_id> reserve_for(wire::routing_id wish);
  // No connection has it any more.
  void release(wire::routing_id id);

  boost::system::result<wire::routing_id> keep(wire::routing_id wish);
  void let_go(wire::routing_id id);

 private:
  struct use {
    bool connected = true;
    bool kept = false;
  };
  bool take_kept(wire::routing_id id);

  std::mutex mutex_;
  wire::routing_id next_;
  boost::unordered_flat_map<wire::routing_id, use> used_;
};

}  // namespace millrace::engine
