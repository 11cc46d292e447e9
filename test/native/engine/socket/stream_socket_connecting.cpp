#include <doctest/doctest.h>

#include "helpers/bytes.hpp"
#include "helpers/far_listener.hpp"
#include "helpers/world.hpp"

// Connecting: addresses in their order, the deadline of an attempt, routing ids.
namespace millrace::testing {
namespace {

using namespace std::chrono_literals;
using engine::error;
using kind = application::kind;

TEST_CASE("A connection that was made is told with its token, then it is like any other") {
  world of;
  const far_listener server;
  const auto token = of->connect(to({server.address()}));
  REQUIRE(token.has_value());
  CHECK(of->connecting() == 1);
  auto& far = accepted_by(server, of);
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect) == 1; }));
  CHECK(of->connecting() == 0);
  const auto* const told = of.app.last(kind::connect);
  CHECK(told->token == *token);
  CHECK(told->origin == 0);
  CHECK(told->address == server.address());
  of.send(told->id, "hello");
  far.write_message("welcome");
  REQUIRE(of.run_until([&] { return of.app.messages() == 1 && far.received().size() == 9; }));
  far.half_close();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log() == lines{"connect 1", "message 1 welcome", "disconnect 1 PEER_CLOSED"});
}

TEST_CASE("The result comes in a later turn, never during the call") {
  world of;
  of->connect(to({nobody_listens()}));
  CHECK(of.app.seen.empty());
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect_failed) == 1; }));
}

TEST_CASE("When nobody listens the failure tells the token, the reason and the address") {
  world of;
  const auto where = nobody_listens();
  const auto token = of->connect(to({where}));
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect_failed) == 1; }));
  const auto* const told = of.app.last(kind::connect_failed);
  CHECK(told->token == *token);
  CHECK(told->code == boost::system::errc::connection_refused);
  CHECK(told->address == where);
  CHECK(of->connecting() == 0);
  CHECK(of->totals().connections == 0);
}

TEST_CASE("Addresses that refuse cost no time") {
  world of;
  const far_listener server;
  of->connect(to({nobody_listens(), nobody_listens(), server.address()}));
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect) == 1; }));
  CHECK(of.app.last(kind::connect)->address == server.address());
  CHECK(of.app.count(kind::connect_failed) == 0);
}

TEST_CASE("An address that fails at once is skipped like one that fails later") {
  world of;
  const far_listener server;
  const engine::tcp_address no_such_network(boost::asio::ip::make_address("255.255.255.255"), 1);
  of->connect(to({no_such_network, server.address()}));
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect) == 1; }));
  of->connect(to({no_such_network}));
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect_failed) == 1; }));
}

TEST_CASE("When all fail, the last one is told") {
  world of;
  const auto last = nobody_listens();
  of->connect(to({nobody_listens(), last}));
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect_failed) == 1; }));
  CHECK(of.app.last(kind::connect_failed)->address == last);
}

TEST_CASE("An attempt that gets no answer ends after its timeout") {
  world of;
  const deaf_listener server(of);
  of->connect(to({server.address()}, 100ms));
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect_failed) == 1; }));
  CHECK(of.app.last(kind::connect_failed)->code == boost::system::errc::timed_out);
  CHECK(of->connecting() == 0);
}

TEST_CASE("The timeout covers all addresses together") {
  world of;
  const deaf_listener server(of);
  const auto begin = of.readiness.now();
  of->connect(to({nobody_listens(), server.address(), server.address(), server.address()}, 200ms));
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect_failed) == 1; }));
  CHECK(of.readiness.now() - begin < 5s);
}

TEST_CASE("The caller may choose the routing id") {
  world of;
  const far_listener server;
  of->connect(to({server.address()}, 10s, 4711));
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect) == 1; }));
  CHECK(of.app.log() == lines{"connect 4711"});
}

TEST_CASE("A routing id in use is refused, by a peer as by an attempt") {
  world of;
  const far_listener server;
  const deaf_listener deaf(of);
  of.connect_far_end(of.listen());
  CHECK(of->connect(to({server.address()}, 10s, 1)).error() == error::routing_id_in_use);
  CHECK(of->connect(to({deaf.address()}, 10s, 7)).has_value());
  CHECK(of->connect(to({server.address()}, 10s, 7)).error() == error::routing_id_in_use);
}

TEST_CASE("An attempt that failed gives its routing id back") {
  world of;
  const auto token = of->connect(to({nobody_listens()}, 10s, 7));
  REQUIRE(token.has_value());
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect_failed) == 1; }));
  CHECK(of->connect(to({nobody_listens()}, 10s, 7)).has_value());
}

TEST_CASE("An id that was chosen is skipped when ids are given out") {
  world of({}, 7);
  const far_listener server;
  of->connect(to({server.address()}, 10s, 7));
  of.connect_far_end(of.listen());
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect) == 2; }));
  CHECK(of->find(7) != nullptr);
  CHECK(of->find(8) != nullptr);
}

TEST_CASE("Attempts that are stopped tell nothing and give their ids back") {
  world of;
  const deaf_listener server(of);
  of->connect(to({server.address()}, 50ms, 7));
  of->connect(to({nobody_listens()}, 50ms, 8));
  of->stop_connecting(1);
  of->stop_connecting(2);
  CHECK(of->connecting() == 0);
  of.run_for(120ms);
  CHECK(of.app.seen.empty());
  CHECK(of->connect(to({server.address()}, 50ms, 7)).has_value());
}

TEST_CASE("A socket may serve and connect to itself") {
  world of;
  of->connect(to({of.listen()}));
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect) == 2; }));
  of.send(1, "one to other");
  REQUIRE(of.run_until([&] { return of.app.messages() == 1; }));
}

}  // namespace
}  // namespace millrace::testing
