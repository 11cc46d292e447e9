#include "engine/connection/framing.hpp"

#include <doctest/doctest.h>

#include "helpers/bytes.hpp"
#include "helpers/world.hpp"

// Framing `none`: bytes as they arrive.
namespace millrace::testing {
namespace {

using engine::no_framing;

TEST_CASE("Without framing what is there is a message, in parts no longer than the limit") {
  no_framing framing(4);
  auto input = bytes("abcdefghij");
  for (const auto* const part : {"abcd", "efgh", "ij"}) {
    const auto step = framing.next(input);
    CHECK(step.what == no_framing::event::message);
    CHECK(text(step.bytes) == part);
    CHECK_FALSE(framing.inside_message());
  }
  CHECK(framing.next(input).what == no_framing::event::starved);
}

TEST_CASE("Nothing stands before what is sent without framing") {
  CHECK(no_framing::make_header(5).empty());
}

TEST_CASE("A peer without framing gets the bytes alone, and nothing of an empty message") {
  world of;
  auto& far = of.connect_far_end(of.listen({.framing = engine::framing::none}));
  CHECK(of.send(1, "") == engine::send_result::taken);
  CHECK(of->group().outbound.charged == 0);
  CHECK(of->group().total.messages_out.value() == 0);
  CHECK(of.send(1, "ab") == engine::send_result::taken);
  CHECK(of.send(1, "") == engine::send_result::taken);
  CHECK(of.send(1, "cd") == engine::send_result::taken);
  far.write("one");
  REQUIRE(of.run_until([&] { return far.received() == "abcd" && of.app.message_bytes() == 3; }));
  far.half_close();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log() == lines{"connect 1", "message 1 one", "disconnect 1 PEER_CLOSED"});
}

TEST_CASE("Many bytes without framing arrive whole, in messages no longer than the limit") {
  world of;
  auto& far =
      of.connect_far_end(of.listen({.max_message_size = 5'000, .framing = engine::framing::none}));
  const std::string sent(3'000'000, 'x');
  far.write(sent);
  REQUIRE(of.run_until([&] { return of.app.message_bytes() == sent.size(); }));
  for (const auto& each : of.app.seen) {
    CHECK(each.payload.size() <= 5'000);
  }
}

}  // namespace
}  // namespace millrace::testing
