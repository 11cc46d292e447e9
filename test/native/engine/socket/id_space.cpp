#include "engine/socket/id_space.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace millrace::testing {
namespace {

constexpr auto last_id = std::numeric_limits<wire::routing_id>::max();

TEST_CASE("Ids are given out in order from the first one") {
  engine::id_space ids(1);
  CHECK(ids.reserve() == 1);
  CHECK(ids.reserve() == 2);
  engine::id_space later(1000);
  CHECK(later.reserve() == 1000);
}

TEST_CASE("An id that is free again is not given out before all others had their turn") {
  engine::id_space ids(1);
  const auto id = ids.reserve();
  ids.release(id);
  CHECK(ids.reserve() == id + 1);
}

TEST_CASE("After the last id they start again at 1, and 0 is nobody's") {
  engine::id_space ids(last_id - 1);
  CHECK(ids.reserve() == last_id - 1);
  CHECK(ids.reserve() == last_id);
  CHECK(ids.reserve() == 1);
  CHECK(ids.reserve() == 2);
}

TEST_CASE("Ids that are told to start at 0 start at 1") {
  engine::id_space ids(0);
  CHECK(ids.reserve() == 1);
}

TEST_CASE("Ids in use are skipped") {
  engine::id_space ids(last_id);
  CHECK(ids.reserve(last_id));
  CHECK(ids.reserve(1));
  CHECK(ids.reserve(2));
  CHECK(ids.reserve() == 3);
}

TEST_CASE("An id that the caller chooses is refused while it is in use") {
  engine::id_space ids(1);
  CHECK(ids.reserve_for(7).value() == 7);
  CHECK(ids.reserve_for(7).error() == engine::error::routing_id_in_use);
  ids.release(7);
  CHECK(ids.reserve_for(7).value() == 7);
  CHECK(ids.reserve_for(wire::nobody).value() == 1);
}

TEST_CASE("An id that is kept stays in use when its connections are gone, until it is let go") {
  engine::id_space ids(7);
  CHECK(ids.keep(wire::nobody).value() == 7);
  for (int connection = 0; connection < 2; ++connection) {
    CHECK(ids.reserve_for(7).value() == 7);
    CHECK(ids.reserve_for(7).error() == engine::error::routing_id_in_use);
    ids.release(7);
    CHECK_FALSE(ids.reserve(7));
    CHECK(ids.keep(7).error() == engine::error::routing_id_in_use);
  }
  ids.let_go(7);
  CHECK(ids.reserve(7));
}

TEST_CASE("An id that is let go while a connection has it is free when that is gone") {
  engine::id_space ids(1);
  CHECK(ids.keep(7).value() == 7);
  CHECK(ids.reserve_for(7).value() == 7);
  ids.let_go(7);
  CHECK_FALSE(ids.reserve(7));
  ids.release(7);
  CHECK(ids.reserve(7));
}

TEST_CASE("Letting go of an id that was not kept changes nothing") {
  engine::id_space ids(1);
  CHECK(ids.reserve(7));
  ids.let_go(7);
  ids.let_go(8);
  CHECK_FALSE(ids.reserve(7));
}

}  // namespace
}  // namespace millrace::testing
