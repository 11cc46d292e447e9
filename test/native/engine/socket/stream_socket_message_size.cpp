#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "helpers/bytes.hpp"
#include "helpers/world.hpp"

// maxMessageSize in both directions.
namespace millrace::testing {
namespace {

using namespace std::chrono_literals;
using engine::send_result;
using kind = application::kind;

constexpr std::uint32_t limit = 1000;

engine::connection_options limited() { return {.max_message_size = limit, .linger = 2'000}; }

TEST_CASE("A message of exactly the limit passes in both directions") {
  world of;
  auto& far = of.dial(of.listen(limited()));
  of.app.on_message = [&](wire::routing_id id, const std::string& payload) {
    CHECK(of.send(id, payload) == send_result::taken);
  };
  far.write_message(pattern(limit));
  REQUIRE(of.run_until([&] { return far.received().size() == limit + 4; }));
  CHECK(far.messages() == lines{pattern(limit)});
}

TEST_CASE("A longer message cannot be sent, and the connection goes on") {
  world of;
  auto& far = of.connect_far_end(of.listen(limited()));
  CHECK(of.send(1, pattern(limit + 1)) == send_result::too_long);
  CHECK(of.send(1, "short") == send_result::taken);
  REQUIRE(of.run_until([&] { return far.received().size() == 9; }));
  CHECK(of->find(1)->counters().messages_out.value() == 1);
  CHECK(of->totals().dropped_messages == 0);
}

TEST_CASE("A longer one that arrives ends the connection, behind the messages before it") {
  world of;
  auto& far = of.dial(of.listen(limited()));
  far.write(framed("one") + framed("two") + header(limit + 1));
  REQUIRE(of.run_until([&] { return far.ended(); }));
  far.close();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log() ==
        lines{"connect 1", "message 1 one", "message 1 two", "disconnect 1 EMSGSIZE"});
}

TEST_CASE("It is refused as soon as its length is known, one byte over the limit or 4 GiB") {
  for (const auto announced : {limit + 1, std::numeric_limits<std::uint32_t>::max()}) {
    world of;
    auto& far = of.dial(of.listen(limited()));
    far.write(header(announced).substr(0, 3));
    of.run_for(5ms);
    CHECK_FALSE(far.ended());
    far.write(header(announced).substr(3));
    REQUIRE(of.run_until([&] { return far.ended(); }));
    CHECK(of.memory.sizes.empty());
  }
}

TEST_CASE("The far end sees the end of the stream, not a reset, although it goes on sending") {
  world of;
  auto& far = of.dial(of.listen(limited()));
  far.write(framed("good") + header(limit + 1) + pattern(5'000'000));
  REQUIRE(of.run_until([&] { return far.ended() || far.failure() != 0; }));
  REQUIRE(of.run_until([&] { return far.has_sent_all(); }));
  CHECK(far.failure() == 0);
  far.half_close();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log() == lines{"connect 1", "message 1 good", "disconnect 1 EMSGSIZE"});
}

TEST_CASE("What was queued for it before is still sent") {
  world of;
  auto& far = of.connect_far_end(of.listen({.max_message_size = 15'000'000}), 4 * 1024);
  const auto queued = pattern(15'000'000);
  of.send(1, queued);
  far.write(header(15'000'001) + pattern(100'000));
  REQUIRE(of.run_until([&] { return far.ended() || far.failure() != 0; }));
  CHECK(far.failure() == 0);
  CHECK(far.messages() == lines{queued});
}

TEST_CASE("A far end that does not leave after its fault is cut 2 s later") {
  world of;
  auto& far = of.dial(of.listen(limited()));
  far.write(header(limit + 1));
  REQUIRE(of.run_until([&] { return far.ended(); }));
  CHECK(of.app.count(kind::disconnect) == 0);
  const auto begin = of.readiness.now();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.readiness.now() - begin > 1s);
  CHECK(of.readiness.now() - begin < 10s);
  CHECK(of.app.log().back() == "disconnect 1 EMSGSIZE");
}

TEST_CASE("An announced length costs no memory before its bytes arrive") {
  world of;
  auto& far = of.dial(of.listen({.max_message_size = 1'000'000'000}));
  far.write(header(1'000'000'000) + pattern(10'000));
  REQUIRE(of.run_until([&] { return of.memory.held_bytes != 0; }));
  of.run_for(10ms);
  CHECK(of.memory.held_bytes == 64 * 1024);
  CHECK(of.app.messages() == 0);
}

TEST_CASE("When memory runs out only the peer that needs it ends") {
  world of;
  const auto where = of.listen();
  auto& small = of.connect_far_end(where);
  auto& large = of.connect_far_end(where);
  small.write_message("has its slab");
  REQUIRE(of.run_until([&] { return of.app.messages() == 1; }));
  of.memory.exhausted = true;
  large.write_message(pattern(200'000));
  REQUIRE(of.run_until([&] { return large.ended() || large.failure() != 0; }));
  large.close();
  REQUIRE(of.run_until_disconnects(1));
  small.write_message("goes on");
  REQUIRE(of.run_until([&] { return of.app.messages() == 2; }));
  CHECK(of.app.log_of(2) == lines{"connect 2", "disconnect 2 RESOURCES"});
}

}  // namespace
}  // namespace millrace::testing
