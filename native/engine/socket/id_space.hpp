#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <boost/system/result.hpp>
#include <mutex>

#include "engine/error.hpp"
#include "wire/routing_id.hpp"

namespace millrace::engine {

// The routing ids of one socket that are in use. They are given out in order, never 0; after the
// last one they start again at 1 and those in use are skipped. Any thread: it is asked once for
// a connection.
class id_space {
 public:
  explicit id_space(wire::routing_id first) noexcept : next_(first) {}

  // A free id, the caller's from now on; `nobody` if there is none.
  wire::routing_id reserve();
  // The same for an id of the caller's choice; false if it is in use.
  bool reserve(wire::routing_id id);
  // The one that is wished for, or a free one if that is `nobody`.
  boost::system::result<wire::routing_id> reserve_for(wire::routing_id wish);
  void release(wire::routing_id id);

 private:
  std::mutex mutex_;
  wire::routing_id next_;
  boost::unordered_flat_set<wire::routing_id> used_;
};

}  // namespace millrace::engine
