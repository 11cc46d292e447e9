#include "engine/socket/routing_table.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <memory>
#include <vector>

#include "helpers/heap_memory.hpp"
#include "helpers/silent_peer.hpp"

namespace millrace::testing {
namespace {

constexpr auto last_id = std::numeric_limits<wire::routing_id>::max();

struct table_of_peers {
  explicit table_of_peers(wire::routing_id first = 1) : table(first) {}

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

TEST_CASE("Ids are given out in order from the first one") {
  engine::routing_table table(1);
  CHECK(table.reserve() == 1);
  CHECK(table.reserve() == 2);
  engine::routing_table later(1000);
  CHECK(later.reserve() == 1000);
}

TEST_CASE("An id that is free again is not given out before all others had their turn") {
  engine::routing_table table(1);
  const auto id = table.reserve();
  table.release(id);
  CHECK(table.reserve() == id + 1);
}

TEST_CASE("After the last id they start again at 1, and 0 is nobody's") {
  engine::routing_table table(last_id - 1);
  CHECK(table.reserve() == last_id - 1);
  CHECK(table.reserve() == last_id);
  CHECK(table.reserve() == 1);
  CHECK(table.reserve() == 2);
}

TEST_CASE("A table that is told to start at 0 starts at 1") {
  engine::routing_table table(0);
  CHECK(table.reserve() == 1);
}

TEST_CASE("Ids in use are skipped, whether a peer has them or they are set aside") {
  table_of_peers of(last_id);
  of.put(last_id);
  CHECK(of.table.reserve(1));
  of.put(2);
  CHECK(of.table.reserve() == 3);
}

TEST_CASE("An id that the caller chooses is refused while it is in use") {
  table_of_peers of;
  CHECK(of.table.reserve(7));
  CHECK_FALSE(of.table.reserve(7));
  of.put(8);
  CHECK_FALSE(of.table.reserve(8));
  of.table.release(7);
  CHECK(of.table.reserve(7));
}

TEST_CASE("An id that is only set aside finds nobody") {
  engine::routing_table table(1);
  CHECK(table.find(table.reserve()) == nullptr);
  CHECK(table.find(99) == nullptr);
  CHECK(table.find(wire::nobody) == nullptr);
}

TEST_CASE("A peer is found by its id until the id is released") {
  table_of_peers of;
  const auto peer = of.put(of.table.reserve());
  CHECK(of.table.find(1) == peer.get());
  of.table.release(1);
  CHECK(of.table.find(1) == nullptr);
  CHECK(peer.use_count() == 1);
}

TEST_CASE("An id that is kept stays set aside when its peers are gone, until it is let go") {
  table_of_peers of(7);
  CHECK(of.table.reserve() == 7);
  of.table.keep(7);
  for (int connection = 0; connection < 2; ++connection) {
    of.put(7);
    of.table.release(7);
    CHECK(of.table.find(7) == nullptr);
    CHECK_FALSE(of.table.reserve(7));
    CHECK(of.table.size() == 1);
  }
  of.table.let_go(7);
  CHECK(of.table.size() == 0);
  CHECK(of.table.reserve(7));
}

TEST_CASE("An id that is let go while it has a peer is free when that is released") {
  table_of_peers of;
  CHECK(of.table.reserve(7));
  of.table.keep(7);
  const auto peer = of.put(7);
  of.table.let_go(7);
  CHECK(of.table.find(7) == peer.get());
  CHECK_FALSE(of.table.reserve(7));
  of.table.release(7);
  CHECK(of.table.reserve(7));
}

TEST_CASE("Kept ids are skipped, after the last one too") {
  table_of_peers of(last_id);
  CHECK(of.table.reserve() == last_id);
  CHECK(of.table.reserve(1));
  of.table.keep(1);
  of.put(1);
  of.table.release(1);
  CHECK(of.table.reserve() == 2);
}

TEST_CASE("Letting go of an id that was not kept changes nothing") {
  table_of_peers of;
  CHECK(of.table.reserve(7));
  of.table.let_go(7);
  of.table.let_go(8);
  CHECK_FALSE(of.table.reserve(7));
  CHECK(of.table.past_of(7) == nullptr);
}

TEST_CASE("Every peer is visited, also while visits remove peers") {
  table_of_peers of;
  for (wire::routing_id id = 1; id <= 100; ++id) {
    of.put(id);
  }
  CHECK(of.table.reserve(500));
  std::size_t visits = 0;
  of.table.for_each([&](engine::peer& each) {
    of.table.release(each.id());
    ++visits;
  });
  CHECK(visits == 100);
  CHECK(of.table.size() == 1);
}

}  // namespace
}  // namespace millrace::testing
