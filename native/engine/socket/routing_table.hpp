#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "engine/connection/peer.hpp"
#include "wire/routing_id.hpp"

namespace millrace::engine {

// Who has which routing id. Ids are given out in order, never 0; after the last one they start again
// at 1 and those in use are skipped.
class routing_table {
 public:
  explicit routing_table(wire::routing_id first) noexcept : next_(first) {}

  // A free id, set aside for the caller; `nobody` if there is none.
  wire::routing_id reserve();
  // The same for an id of the caller's choice; false if it is in use.
  bool reserve(wire::routing_id id) { return peers_.try_emplace(id).second; }
  // Free again; one that is kept is set aside again.
  void release(wire::routing_id id);

  // An id that is set aside stays so, whatever peers it has, until it is let go.
  void keep(wire::routing_id id) { kept_.try_emplace(id); }
  void let_go(wire::routing_id id);
  // What the former peers of a kept id have exchanged; null for any other id.
  traffic* past_of(wire::routing_id id) noexcept {
    const auto found = kept_.find(id);
    return found == kept_.end() ? nullptr : &found->second;
  }

  void put(std::shared_ptr<peer> owner);
  // Null when the id is not in use or only set aside.
  peer* find(wire::routing_id id) const noexcept {
    const auto found = peers_.find(id);
    return found == peers_.end() ? nullptr : found->second.get();
  }

  std::size_t size() const noexcept { return peers_.size(); }

  // `visit` may erase the peer it is given.
  template <class Visit>
  void for_each(Visit visit) const {
    std::vector<std::shared_ptr<peer>> all;
    all.reserve(peers_.size());
    for (const auto& [id, owner] : peers_) {
      if (owner) {
        all.push_back(owner);
      }
    }
    for (const auto& each : all) {
      visit(*each);
    }
  }

 private:
  wire::routing_id next_;
  boost::unordered_flat_map<wire::routing_id, std::shared_ptr<peer>> peers_;
  boost::unordered_flat_map<wire::routing_id, traffic> kept_;
};

}  // namespace millrace::engine
