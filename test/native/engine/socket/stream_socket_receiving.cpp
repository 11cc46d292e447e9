#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "helpers/bytes.hpp"
#include "helpers/world.hpp"

// Inbound flow control and fairness.
namespace millrace::testing {
namespace {

using namespace std::chrono_literals;
using kind = application::kind;

constexpr std::uint64_t mark = 100'000;
constexpr std::size_t most_of_one_read = 512 * 1024;

engine::connection_options marked() { return {.receive_high_water_mark = mark}; }

TEST_CASE("While nobody takes batches, reading stops at the high-water mark") {
  world of;
  auto& far = of.connect_far_end(of.listen(marked()));
  of.app.takes = false;
  const auto payload = pattern(1'000);
  for (int i = 0; i < 2'000; ++i) {
    far.write_message(payload);
  }
  REQUIRE(of.run_until([&] { return of->group().inbound.charged() >= mark; }));
  of.run_for(30ms);
  CHECK(of->totals().messages_in * (payload.size() + 128) < mark + payload.size() + 128);
  // What was read together with the message that reached the mark is charged too.
  CHECK(of->group().inbound.charged() < 2 * mark);
}

TEST_CASE("A far end that sends on meets the backpressure of its own kernel") {
  world of;
  auto& far = of.connect_far_end(of.listen(marked()));
  of.app.holds = true;
  far.write(framed(pattern(mark)) + header(1'000) + pattern(60'000'000));
  of.run_for(200ms);
  CHECK_FALSE(far.has_sent_all());
}

TEST_CASE("When the messages are taken, reading goes on and nothing is lost") {
  world of;
  auto& far = of.connect_far_end(of.listen(marked()));
  of.app.holds = true;
  lines sent;
  for (std::size_t i = 0; i < 3'000; ++i) {
    sent.push_back(pattern(i % 1'500, i));
    far.write_message(sent.back());
  }
  const auto begin = of.app.seen.size();
  while (of.app.messages() < sent.size()) {
    const auto before = of.app.messages();
    REQUIRE(of.run_until([&] { return of.app.messages() > before; }));
    CHECK(of->group().inbound.charged() < 2 * mark);
    of.app.release_all();
  }
  lines received;
  std::ranges::for_each(of.app.seen.begin() + static_cast<std::ptrdiff_t>(begin), of.app.seen.end(),
                        [&](const happening& each) { received.push_back(each.payload); });
  CHECK(received == sent);
  CHECK(of->group().inbound.charged() == 0);
}

TEST_CASE("A message longer than the mark is received whole") {
  world of;
  auto& far = of.connect_far_end(of.listen(marked()));
  of.app.holds = true;
  far.write_message(pattern(10 * mark));
  far.write_message("next");
  REQUIRE(of.run_until([&] { return of.app.messages() == 1; }));
  of.run_for(20ms);
  CHECK(of.app.messages() == 1);
  of.app.release_all();
  REQUIRE(of.run_until([&] { return of.app.messages() == 2; }));
}

TEST_CASE("A batch that stays in the inbox is delivered whole when it is taken at last") {
  world of;
  auto& far = of.connect_far_end(of.listen(marked()));
  of.app.takes = false;
  far.write_message("one");
  far.write_message("two");
  far.half_close();
  of.run_for(20ms);
  CHECK(of.app.messages() == 0);
  of.app.takes = true;
  of.app.on_batch();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log() ==
        lines{"connect 1", "message 1 one", "message 1 two", "disconnect 1 PEER_CLOSED"});
}

TEST_CASE("The end of a far end is told behind the messages that waited") {
  world of;
  auto& far = of.connect_far_end(of.listen(marked()));
  of.app.holds = true;
  for (int i = 0; i < 500; ++i) {
    far.write_message(pattern(1'000));
  }
  far.half_close();
  of.run_for(20ms);
  CHECK(of.app.count(kind::disconnect) == 0);
  of.app.holds = false;
  of.app.release_all();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.messages() == 500);
  CHECK(of.app.seen.back().event.what == kind::disconnect);
}

TEST_CASE("At the mark of the socket every peer may still bring a message") {
  world of({.total_receive_high_water_mark = 10'000});
  const auto where = of.listen();
  of.app.holds = true;
  for (wire::routing_id id = 1; id <= 4; ++id) {
    auto& far = of.connect_far_end(where);
    far.write_message(pattern(20'000));
    far.write_message("second");
    REQUIRE(of.run_until([&] { return of.app.messages() == id; }));
  }
  of.run_for(20ms);
  CHECK(of.app.messages() == 4);
  of.app.holds = false;
  of.app.release_all();
  REQUIRE(of.run_until([&] { return of.app.messages() == 8; }));
}

TEST_CASE("A peer that stopped at the mark of the socket goes on when others were released") {
  world of({.total_receive_high_water_mark = 10'000});
  const auto where = of.listen();
  auto& small = of.connect_far_end(where);
  auto& large = of.connect_far_end(where);
  of.app.holds = true;
  small.write_message("first");
  REQUIRE(of.run_until([&] { return of.app.messages() == 1; }));
  large.write_message(pattern(20'000));
  REQUIRE(of.run_until([&] { return of.app.messages() == 2; }));
  small.write_message("second");
  of.run_for(20ms);
  CHECK(of.app.messages() == 2);
  of->find(2)->release(20'000 + engine::message_charge);
  CHECK(of.run_until([&] { return of.app.messages() == 3; }));
}

TEST_CASE("In one turn a peer brings 1,024 messages at most, then the others have theirs") {
  world of;
  const auto where = of.listen();
  auto& flood = of.connect_far_end(where);
  auto& other = of.connect_far_end(where);
  for (int i = 0; i < 20'000; ++i) {
    flood.write_message("");
  }
  flood.pump();
  other.write_message("mine");
  other.pump();
  REQUIRE(of.run_until([&] { return of.app.messages() == 20'001; }));
  std::map<std::size_t, std::size_t> of_flood_in_batch;
  std::size_t batch_of_other = 0;
  for (const auto& each : of.app.seen) {
    of_flood_in_batch[each.batch] += each.id == 1 && !each.is_event ? 1 : 0;
    batch_of_other = each.payload == "mine" ? each.batch : batch_of_other;
  }
  for (const auto& [batch, messages] : of_flood_in_batch) {
    CHECK(messages <= 1024);
  }
  CHECK(batch_of_other <= of.app.seen[2].batch + 1);
}

TEST_CASE("In one turn a peer brings no more bytes than one read") {
  world of({.total_receive_high_water_mark = 1'000'000'000});
  auto& flood = of.connect_far_end(of.listen({.receive_high_water_mark = 100'000'000}));
  for (int i = 0; i < 1'000; ++i) {
    flood.write_message(pattern(16'000));
  }
  REQUIRE(of.run_until([&] { return of.app.messages() == 1'000; }));
  std::map<std::size_t, std::size_t> bytes_in_batch;
  for (const auto& each : of.app.seen) {
    bytes_in_batch[each.batch] += each.payload.size();
  }
  for (const auto& [batch, count] : bytes_in_batch) {
    CHECK(count <= most_of_one_read);
  }
}

TEST_CASE("A reset of a connection that is not being read does not spin") {
  world of;
  auto& far = of.connect_far_end(of.listen(marked()));
  of.app.holds = true;
  for (int i = 0; i < 300; ++i) {
    far.write_message(pattern(1'000));
  }
  REQUIRE(of.run_until([&] { return of->group().inbound.charged() >= mark; }));
  of.run_for(10ms);
  far.reset();
  const auto begin = of.readiness.now();
  of.readiness.run_once(of.loop, 30ms);
  of.readiness.run_once(of.loop, 30ms);
  CHECK(of.readiness.now() - begin > 25ms);
  of.app.holds = false;
  of.app.release_all();
  REQUIRE(of.run_until_disconnects(1));
}

TEST_CASE("Events are counted for no peer, so they are delivered whatever is held") {
  world of;
  const auto where = of.listen(marked());
  of.app.holds = true;
  auto& far = of.connect_far_end(where);
  far.write_message(pattern(2 * mark));
  REQUIRE(of.run_until([&] { return of.app.messages() == 1; }));
  of.connect_far_end(where);
  CHECK(of.app.count(kind::connect) == 2);
}

}  // namespace
}  // namespace millrace::testing
