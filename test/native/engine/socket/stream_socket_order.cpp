#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "helpers/bytes.hpp"
#include "helpers/world.hpp"

// Which records an application gets for one connection, and in which order.
namespace millrace::testing {
namespace {

using kind = application::kind;

TEST_CASE("A connection is told first, then its messages, then its end") {
  world of;
  auto& far = of.dial(of.listen());
  far.write_message("hello");
  far.write_message("");
  far.write_message("bye");
  far.half_close();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log() == lines{"connect 1", "message 1 hello", "message 1 ", "message 1 bye",
                              "disconnect 1 PEER_CLOSED"});
}

TEST_CASE("A message that looks like an event is a message") {
  world of;
  auto& far = of.dial(of.listen());
  far.write_message(std::string_view("\0", 1));
  far.write_message("\1");
  far.half_close();
  REQUIRE(of.run_until_disconnects(1));
  REQUIRE(of.app.seen.size() == 4);
  CHECK(of.app.seen[1].payload == std::string("\0", 1));
  CHECK(of.app.seen[2].payload == "\1");
}

TEST_CASE("Each connection has its own id, and events tell the address of the far end") {
  world of({}, 70);
  const auto where = of.listen();
  const auto& first = of.connect_far_end(where);
  CHECK(of.app.last(kind::connect)->address == first.address());
  const auto& second = of.connect_far_end(where);
  CHECK(of.app.last(kind::connect)->address == second.address());
  CHECK(of.app.log() == lines{"connect 70", "connect 71"});
  CHECK(of->totals().connections == 2);
}

TEST_CASE("After the last routing id the next connection has the first") {
  world of({}, std::numeric_limits<wire::routing_id>::max());
  const auto where = of.listen();
  of.connect_far_end(where);
  of.connect_far_end(where);
  CHECK(of.app.log() == lines{"connect 4294967295", "connect 1"});
}

TEST_CASE("An answer reaches the far end with its length before it") {
  world of;
  auto& far = of.dial(of.listen());
  of.app.on_message = [&](wire::routing_id id, const std::string& payload) {
    of.send(id, payload);
  };
  far.write_message("echo");
  far.write_message("");
  REQUIRE(of.run_until([&] { return far.received().size() == 12; }));
  CHECK(far.messages() == lines{"echo", ""});
}

TEST_CASE("Messages of every size pass both ways unchanged") {
  world of;
  auto& far = of.dial(of.listen());
  of.app.on_message = [&](wire::routing_id id, const std::string& payload) {
    of.send(id, payload);
  };
  lines sent;
  std::size_t expected = 0;
  for (const std::size_t size :
       {0, 1, 4095, 16'383, 16'384, 16'385, 65'536, 300'000, 2'000'000, 1}) {
    sent.push_back(pattern(size, size));
    far.write_message(sent.back());
    expected += wire::length_header_bytes + size;
  }
  REQUIRE(of.run_until([&] { return far.received().size() >= expected; }));
  CHECK(far.messages() == sent);
}

TEST_CASE("A message may arrive byte by byte") {
  world of;
  auto& far = of.connect_far_end(of.listen());
  for (const char byte : framed("slow")) {
    far.write({&byte, 1});
    of.run_for(std::chrono::milliseconds(1));
  }
  REQUIRE(of.run_until([&] { return of.app.messages() == 1; }));
  CHECK(of.app.log() == lines{"connect 1", "message 1 slow"});
}

TEST_CASE("A far end that ends inside a message is told from one that ends behind it") {
  const auto stream = framed("whole") + framed("cut off");
  const auto whole = framed("whole").size();
  for (const auto arrived :
       {whole, whole + 1, whole + 3, whole + 4, whole + 5, stream.size() - 1}) {
    CAPTURE(arrived);
    world of;
    auto& far = of.dial(of.listen());
    far.write(stream.substr(0, arrived));
    far.half_close();
    REQUIRE(of.run_until_disconnects(1));
    const auto* const end =
        arrived == whole ? "disconnect 1 PEER_CLOSED" : "disconnect 1 PEER_CLOSED truncated";
    CHECK(of.app.log() == lines{"connect 1", "message 1 whole", end});
  }
}

TEST_CASE("A large message that is cut off is dropped, and its memory is given back") {
  world of;
  auto& far = of.dial(of.listen());
  far.write(header(1'000'000) + pattern(400'000));
  far.half_close();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log() == lines{"connect 1", "disconnect 1 PEER_CLOSED truncated"});
  CHECK(of.memory.held_bytes == 0);
}

TEST_CASE("A reset comes behind the messages that arrived before it") {
  world of;
  auto& far = of.connect_far_end(of.listen());
  far.write_message("first");
  far.write_message("second");
  far.pump();
  far.reset();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log() == lines{"connect 1", "message 1 first", "message 1 second",
                              "disconnect 1 Connection reset by peer"});
}

TEST_CASE("A reset in the middle of a message truncates it") {
  world of;
  auto& far = of.connect_far_end(of.listen());
  far.write(framed("whole") + header(10) + "part");
  far.pump();
  far.reset();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log() ==
        lines{"connect 1", "message 1 whole", "disconnect 1 Connection reset by peer truncated"});
}

TEST_CASE("A reset that a send meets first is still a reset, behind what had arrived") {
  world of;
  auto& far = of.connect_far_end(of.listen());
  far.write_message("last words");
  far.pump();
  far.reset();
  of.send(1, "too late");
  of->find(1)->flush();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log() ==
        lines{"connect 1", "message 1 last words", "disconnect 1 Connection reset by peer"});
}

TEST_CASE("After the end nothing more is told of a connection, and its id finds nobody") {
  world of;
  auto& far = of.connect_far_end(of.listen());
  far.write_message("x");
  far.half_close();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of->find(1) == nullptr);
  CHECK(of.send(1, "nobody") == engine::send_result::refused);
  CHECK(of->totals().dropped_messages == 1);
  of.run_for(std::chrono::milliseconds(20));
  CHECK(of.app.count(kind::disconnect) == 1);
  CHECK(of->totals().connections == 0);
}

TEST_CASE("A connection that ends before it was accepted has a beginning and an end") {
  world of;
  auto& far = of.dial(of.listen());
  far.reset();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log().front() == "connect 1");
  CHECK(of.app.seen.size() == 2);
}

}  // namespace
}  // namespace millrace::testing
