#include <doctest/doctest.h>

#include <limits>
#include <memory>

#include "helpers/bytes.hpp"
#include "helpers/far_listener.hpp"
#include "helpers/world.hpp"

// Ids that outlive their connections, for peers that are connected to again.
namespace millrace::testing {
namespace {

using namespace std::chrono_literals;
using engine::error;
using kind = application::kind;

constexpr auto last_id = std::numeric_limits<wire::routing_id>::max();

auto again(const engine::tcp_address& where, wire::routing_id id) {
  return engine::stream_socket::connect_request{
      .addresses = {where},
      .timeout = 10s,
      .id = id,
      .options = std::make_shared<const engine::connection_options>()};
}

// A peer with id 7 that has been connected to.
struct kept {
  explicit kept(wire::routing_id first_id = 1) : of({}, first_id) {
    REQUIRE(of->keep_id(7) == 7);
    far = &connect();
  }

  far_end& connect() {
    const auto before = of.app.count(kind::connect);
    REQUIRE(of->connect(again(server.address(), 7)).has_value());
    auto& made = accepted_by(server, of);
    REQUIRE(of.run_until([&] { return of.app.count(kind::connect) > before; }));
    return made;
  }

  world of;
  far_listener server;
  far_end* far = nullptr;
};

TEST_CASE("A kept id belongs to one connection after the other") {
  kept at;
  for (std::size_t round = 1; round <= 3; ++round) {
    at.of.send(7, "hello");
    REQUIRE(at.of.run_until([&] { return at.far->received().size() == 9; }));
    at.far->reset();
    REQUIRE(at.of.run_until_disconnects(round));
    CHECK(at.of->find(7) == nullptr);
    CHECK(at.of->totals().connections == 0);
    at.far = &at.connect();
  }
}

TEST_CASE("Nobody else gets a kept id while it has no connection") {
  kept at(7);
  at.far->reset();
  REQUIRE(at.of.run_until_disconnects(1));
  CHECK(at.of->keep_id(7).error() == error::routing_id_in_use);
  at.of.connect_far_end(at.of.listen());
  CHECK(at.of->find(8) != nullptr);
}

TEST_CASE("An id that is kept may be the next free one, which comes after the last") {
  world of({}, last_id);
  CHECK(of->keep_id(wire::nobody) == last_id);
  CHECK(of->keep_id(wire::nobody) == 1);
  of.connect_far_end(of.listen());
  CHECK(of->find(2) != nullptr);
}

TEST_CASE("A released id is free, at once or when its connection has ended") {
  kept at;
  at.of->release_id(7);
  CHECK(at.of->keep_id(7).error() == error::routing_id_in_use);
  at.far->reset();
  REQUIRE(at.of.run_until_disconnects(1));
  CHECK(at.of->keep_id(7) == 7);
  at.of->release_id(7);
  CHECK(at.of->keep_id(7) == 7);
}

TEST_CASE("Attempts that fail or are stopped leave the id kept") {
  world of;
  REQUIRE(of->keep_id(7) == 7);
  const auto nobody = far_listener().address();
  REQUIRE(of->connect(again(nobody, 7)).has_value());
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect_failed) == 1; }));
  CHECK(of->keep_id(7).error() == error::routing_id_in_use);
  const auto token = of->connect(again(nobody, 7));
  REQUIRE(token.has_value());
  of->stop_connecting(*token);
  of->stop_connecting(*token);
  CHECK(of->connecting() == 0);
  of.run_for(20ms);
  CHECK(of.app.seen.size() == 1);
  CHECK(of->keep_id(7).error() == error::routing_id_in_use);
  of->release_id(7);
  CHECK(of->keep_id(7) == 7);
}

TEST_CASE("Counters of a kept id go on over its connections") {
  kept at;
  at.of.send(7, "four");
  at.far->write_message("12345678");
  REQUIRE(at.of.run_until([&] { return at.of.app.messages() == 1; }));
  at.far->reset();
  REQUIRE(at.of.run_until_disconnects(1));
  CHECK(at.of->totals_of(7).bytes_in == 8);
  CHECK(at.of.send(7, "away") == engine::send_result::refused);
  at.of->count_dropped(7, 2);
  at.connect();
  at.of.send(7, "four");
  CHECK(at.of->totals_of(7).messages_out == 2);
  CHECK(at.of->totals_of(7).bytes_in == 8);
  CHECK(at.of->totals_of(7).dropped_messages == 3);
  CHECK(at.of->totals().dropped_messages == 3);
  CHECK_FALSE(at.of->has(8));
}

TEST_CASE("What a lost connection had not sent is counted as dropped") {
  kept at;
  at.far->stop_reading();
  const auto sent = at.of.send_until_full(7, pattern(100'000));
  CHECK(sent > 1);
  at.of->find(7)->destroy(error::local_closed);
  REQUIRE(at.of.run_until_disconnects(1));
  const auto lost = at.of->totals().dropped_messages;
  CHECK(lost > 0);
  CHECK(lost <= sent);
  CHECK(at.of->totals_of(7).dropped_messages == lost);
}

}  // namespace
}  // namespace millrace::testing
