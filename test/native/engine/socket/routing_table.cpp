#include "engine/socket/routing_table.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "helpers/heap_memory.hpp"
#include "helpers/silent_peer.hpp"

namespace millrace::testing {
namespace {

struct table_of_peers {
  std::shared_ptr<silent_peer> put(wire::routing_id id) {
    auto made =
        std::make_shared<silent_peer>(engine::connection_identity{.id = id}, group, options);
    table.put(made);
    return made;
  }

  no_events events;
  heap_memory memory;
  engine::connection_group group{.events = events,
                                 .memory = memory,
                                 .outbound = {},
                                 .inbound = engine::receive_budget{0},
                                 .total = {}};
  std::shared_ptr<engine::connection_options> options =
      std::make_shared<engine::connection_options>();
  engine::routing_table table;
};

TEST_CASE("A peer is found by its id until it is erased") {
  table_of_peers of;
  const auto peer = of.put(1);
  CHECK(of.table.find(1) == peer.get());
  of.table.erase(1);
  CHECK(of.table.find(1) == nullptr);
  CHECK(peer.use_count() == 1);
}

TEST_CASE("An id that nobody has finds nobody") {
  table_of_peers of;
  of.put(1);
  CHECK(of.table.find(99) == nullptr);
  CHECK(of.table.find(wire::nobody) == nullptr);
}

TEST_CASE("Every peer is visited, also while visits remove peers") {
  table_of_peers of;
  for (wire::routing_id id = 1; id <= 100; ++id) {
    of.put(id);
  }
  std::size_t visits = 0;
  of.table.for_each([&](engine::peer& each) {
    of.table.erase(each.id());
    ++visits;
  });
  CHECK(visits == 100);
  CHECK(of.table.size() == 0);
}

}  // namespace
}  // namespace millrace::testing
