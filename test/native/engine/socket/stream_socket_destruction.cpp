#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

#include "helpers/bytes.hpp"
#include "helpers/world.hpp"

// What may be destroyed when: peers and the whole socket, from the outside and within a delivery.
namespace millrace::testing {
namespace {

using namespace std::chrono_literals;
using engine::error;
using engine::send_result;
using kind = application::kind;

int next_descriptor() {
  const int next = ::dup(0);
  ::close(next);
  return next;
}

TEST_CASE("A socket is destroyed with all it has: listeners, peers, attempts, queues") {
  const int before = next_descriptor();
  {
    world of;
    const auto where = of.listen();
    const auto lowest = next_descriptor();
    auto& reader = of.connect_far_end(where);
    auto& stalled = of.connect_far_end(where, 4 * 1024);
    stalled.stop_reading();
    of.send_until_full(2, pattern(50'000));
    reader.write(header(1'000'000) + "begun");
    of.run_for(5ms);
    of->connect({.addresses = {where},
                 .timeout = 10s,
                 .options = std::make_shared<const engine::connection_options>()});
    of.socket.reset();
    of.run_for(20ms);
    CHECK(of.app.count(kind::disconnect) == 0);
    CHECK(of.memory.held_bytes == 0);
    CHECK(next_descriptor() <= lowest);
  }
  CHECK(next_descriptor() == before);
}

TEST_CASE("A socket may be destroyed in the middle of a delivery") {
  world of;
  const auto where = of.listen();
  auto& one = of.connect_far_end(where);
  auto& other = of.connect_far_end(where);
  of.app.on_message = [&](wire::routing_id, const std::string&) { of.socket.reset(); };
  one.write(framed("a") + framed("b"));
  other.write(framed("c"));
  REQUIRE(of.run_until([&] { return of.socket == nullptr; }));
  of.run_for(20ms);
  CHECK(one.ended());
}

TEST_CASE("A socket may be destroyed while it tells of a connection or an end") {
  for (const auto what : {kind::connect, kind::disconnect}) {
    world of;
    auto& far = of.dial(of.listen());
    of.app.on_event = [&](const engine::socket_event& event) {
      if (event.what == what) {
        of.socket.reset();
      }
    };
    far.write_message("x");
    far.half_close();
    REQUIRE(of.run_until([&] { return of.socket == nullptr; }));
    of.run_for(5ms);
  }
}

TEST_CASE("A socket may be destroyed while messages of it are held") {
  world of;
  auto& far = of.connect_far_end(of.listen());
  of.app.holds = true;
  far.write_message("held");
  REQUIRE(of.run_until([&] { return of.app.messages() == 1; }));
  of.socket.reset();
  of.run_for(5ms);
  CHECK(far.ended());
}

TEST_CASE("A peer that left with messages in the batch does not outlive the limits of its socket") {
  world of;
  auto& far = of.dial(of.listen());
  of.app.on_message = [&](wire::routing_id, const std::string& payload) {
    if (payload == "last") {
      of.socket.reset();
    }
  };
  far.write(framed("first") + framed("last"));
  far.half_close();
  REQUIRE(of.run_until([&] { return of.socket == nullptr; }));
  of.run_for(5ms);
}

TEST_CASE("A handler may destroy the peer whose message it has, and any other") {
  world of;
  const auto where = of.listen();
  auto& one = of.connect_far_end(where);
  auto& other = of.connect_far_end(where);
  of.app.on_message = [&](wire::routing_id, const std::string&) {
    for (const wire::routing_id id : {1U, 2U}) {
      if (auto* const found = of->find(id)) {
        found->destroy(error::local_closed);
      }
    }
  };
  one.write(framed("a") + framed("b"));
  other.write(framed("c"));
  REQUIRE(of.run_until_disconnects(2));
  CHECK(of->totals().connections == 0);
  CHECK(of->group().inbound.charged() == 0);
  CHECK(of->group().outbound.charged == 0);
}

TEST_CASE("A handler may end the peer whose message it has, after answering") {
  world of;
  auto& far = of.dial(of.listen());
  of.app.on_message = [&](wire::routing_id id, const std::string& payload) {
    of.send(id, payload);
    of->find(id)->end(error::local_closed, 2'000);
  };
  far.write_message("bye");
  REQUIRE(of.run_until([&] { return far.ended(); }));
  CHECK(far.messages() == lines{"bye"});
}

TEST_CASE("Sending to a peer that has just left, in its last delivery, is refused") {
  world of;
  auto& far = of.dial(of.listen());
  send_result result{};
  of.app.on_event = [&](const engine::socket_event& event) {
    if (event.what == kind::disconnect) {
      result = of.send(event.id, "anybody there?");
    }
  };
  far.half_close();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(result == send_result::refused);
}

TEST_CASE("Disconnecting everybody from a handler tells each end once") {
  world of;
  const auto where = of.listen();
  for (int i = 0; i < 5; ++i) {
    of.connect_far_end(where).write_message("go");
  }
  of.app.on_message = [&](wire::routing_id, const std::string&) { of->destroy_all(); };
  REQUIRE(of.run_until_disconnects(5));
  of.run_for(10ms);
  CHECK(of.app.count(kind::disconnect) == 5);
}

TEST_CASE("Two sockets of one thread do not know each other") {
  world of;
  std::unique_ptr<engine::stream_socket> socket;
  application app(socket);
  socket =
      std::make_unique<engine::stream_socket>(of.loop, of.memory, app, engine::socket_options{}, 1);
  const auto bound =
      socket->listen(loopback(), {}, std::make_shared<const engine::connection_options>());
  auto& first = of.dial(of.listen());
  auto& second = of.dial(bound->address);
  first.write_message("first");
  second.write_message("second");
  REQUIRE(of.run_until([&] { return of.app.messages() == 1 && app.messages() == 1; }));
  of.socket.reset();
  second.write_message("goes on");
  REQUIRE(of.run_until([&] { return app.messages() == 2; }));
  CHECK(app.log() == lines{"connect 1", "message 1 second", "message 1 goes on"});
}

}  // namespace
}  // namespace millrace::testing
