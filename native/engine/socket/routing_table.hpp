#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "engine/connection/peer.hpp"
#include "wire/routing_id.hpp"

namespace millrace::engine {

// Who has which routing id, of the connections of one thread.
class routing_table {
 public:
  void put(std::shared_ptr<peer> owner) {
    const auto id = owner->id();
    peers_[id] = std::move(owner);
  }
  void erase(wire::routing_id id) { peers_.erase(id); }

  // Null when nobody has it.
  peer* find(wire::routing_id id) const noexcept {
    const auto found = peers_.find(id);
    return found == peers_.end() ? nullptr : found->second.get();
  }

  std::size_t size() const noexcept { return peers_.size(); }

  // Those who are there now; `visit` may erase any.
  template <class Visit>
  void for_each(Visit visit) const {
    std::vector<std::shared_ptr<peer>> all;
    all.reserve(peers_.size());
    for (const auto& [id, owner] : peers_) {
      all.push_back(owner);
    }
    for (const auto& each : all) {
      visit(*each);
    }
  }

 private:
  boost::unordered_flat_map<wire::routing_id, std::shared_ptr<peer>> peers_;
};

}  // namespace millrace::engine
