#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "helpers/bytes.hpp"
#include "helpers/world.hpp"

// Outbound flow control: high-water mark, drain, bounds and their policies.
namespace millrace::testing {
namespace {

using namespace std::chrono_literals;
using engine::on_buffer_full;
using engine::send_result;
using kind = application::kind;

constexpr int small_buffer = 4 * 1024;
constexpr std::uint64_t mark = 100'000;
constexpr std::uint64_t bound = 400'000;
const std::string payload = pattern(20'000);

engine::connection_options with_policy(on_buffer_full policy) {
  return {.send_high_water_mark = mark, .max_buffered_bytes = bound, .on_buffer_full = policy};
}

// One connection whose far end does not read until it is told to.
struct stalled {
  explicit stalled(on_buffer_full policy = on_buffer_full::disconnect,
                   const engine::socket_options& options = {})
      : of(options),
        where(of.listen(with_policy(policy))),
        far(of.connect_far_end(where, small_buffer)) {
    far.stop_reading();
  }

  // Until a message is not taken; how many were.
  std::size_t send_until_not_taken(send_result& last) {
    std::size_t taken = 0;
    while (static_cast<int>(last = of.send(1, payload)) >= 0 && taken < 10'000) {
      ++taken;
    }
    return taken;
  }

  bool receives(std::size_t messages) {
    far.go_on_reading();
    const auto expected = messages * (payload.size() + wire::length_header_bytes);
    return of.run_until([&] { return far.received().size() >= expected; });
  }

  world of;
  engine::tcp_address where;
  far_end& far;
};

TEST_CASE("Below the high-water mark a send is taken, at it the sender is to wait") {
  stalled at;
  const auto sent = at.of.send_until_full(1, payload);
  CHECK(sent > mark / payload.size());
  const auto charged = at.of->find(1)->queue().charged();
  CHECK(charged >= mark);
  CHECK(charged < mark + payload.size() + 1000);
  CHECK(at.of.send(1, payload) == send_result::full);
}

TEST_CASE("Small messages leave at the end of the turn, or with a flush") {
  world of;
  auto& far = of.connect_far_end(of.listen());
  of.send(1, "first");
  of.send(1, "second");
  far.pump();
  CHECK(far.received().empty());
  SUBCASE("of the peer") { of->find(1)->flush(); }
  SUBCASE("of the socket") { of->flush(); }
  SUBCASE("of the turn") { of.loop.turn(); }
  far.pump();
  CHECK(far.messages() == lines{"first", "second"});
}

TEST_CASE("A message above the mark is taken all the same") {
  stalled at;
  const auto sent = at.of.send_until_full(1, payload);
  CHECK(at.of.send(1, payload) == send_result::full);
  REQUIRE(at.receives(sent + 1));
  CHECK(at.far.messages().size() == sent + 1);
}

TEST_CASE("The drain comes once, when the queue has fallen to half of the mark") {
  stalled at;
  at.of.send_until_full(1, payload);
  std::vector<std::uint64_t> charged;
  at.of.app.on_event = [&](const engine::socket_event& event) {
    if (event.what == kind::drain) {
      charged.push_back(at.of->find(event.id)->queue().charged());
    }
  };
  at.of.run_for(20ms);
  CHECK(charged.empty());
  at.far.go_on_reading();
  REQUIRE(at.of.run_until([&] { return !charged.empty(); }));
  CHECK(charged.front() <= mark / 2);
  at.of.run_for(20ms);
  CHECK(charged.size() == 1);
}

TEST_CASE("Each wait has its own drain") {
  stalled at;
  for (std::size_t round = 1; round <= 3; ++round) {
    at.far.stop_reading();
    at.of.send_until_full(1, payload);
    at.far.go_on_reading();
    REQUIRE(at.of.run_until([&] { return at.of.app.count(kind::drain) == round; }));
  }
}

TEST_CASE("A queue that only waits for the end of the turn drains too") {
  world of;
  of.connect_far_end(of.listen({.send_high_water_mark = 1'000}));
  CHECK(of.send(1, pattern(2'000)) == send_result::full);
  REQUIRE(of.run_until([&] { return of.app.count(kind::drain) == 1; }));
  CHECK(of->find(1)->queue().charged() == 0);
}

TEST_CASE("Empty messages fill a queue as well") {
  stalled at;
  at.of.send_until_full(1, payload);
  const auto before = at.of->find(1)->queue().charged();
  at.of.send(1, "");
  CHECK(at.of->find(1)->queue().charged() - before == wire::length_header_bytes + 128);
}

TEST_CASE("At the bound the peer is disconnected, and the message was not taken") {
  stalled at;
  send_result last{};
  at.send_until_not_taken(last);
  CHECK(last == send_result::refused);
  REQUIRE(at.of.run_until_disconnects(1));
  CHECK(at.of.app.log().back() == "disconnect 1 BACKPRESSURE");
  CHECK(at.of->totals().dropped_messages == 1);
  CHECK(at.of->group().outbound.charged == 0);
}

TEST_CASE("With the policy `drop` it is dropped and counted, and nothing else is lost") {
  stalled at(on_buffer_full::drop);
  send_result last{};
  const auto taken = at.send_until_not_taken(last);
  CHECK(last == send_result::dropped);
  CHECK(at.of->find(1)->counters().dropped.value() == 1);
  CHECK(at.of->totals().dropped_messages == 1);
  REQUIRE(at.receives(taken));
  CHECK(at.far.messages() == [&] {
    lines expected;
    expected.assign(taken, payload);
    return expected;
  }());
  CHECK(at.of.send(1, payload) == send_result::taken);
}

TEST_CASE("With the policy `error` the sender is told, nothing is counted and the peer stays") {
  stalled at(on_buffer_full::error);
  send_result last{};
  const auto taken = at.send_until_not_taken(last);
  CHECK(last == send_result::at_bound);
  CHECK(at.of->totals().dropped_messages == 0);
  REQUIRE(at.receives(taken));
  CHECK(at.of.send(1, payload) == send_result::taken);
}

TEST_CASE("The peak of a queue is its bound and one message") {
  stalled at(on_buffer_full::error);
  send_result last{};
  at.send_until_not_taken(last);
  CHECK(at.of->find(1)->queue().charged() >= bound);
  CHECK(at.of->find(1)->queue().charged() <= bound + payload.size() + 132);
}

TEST_CASE("One peer that does not read keeps no other from its messages") {
  stalled at;
  auto& other = at.of.connect_far_end(at.where);
  at.of.send_until_full(1, payload);
  CHECK(at.of.send(2, "hello") == send_result::taken);
  REQUIRE(at.of.run_until([&] { return other.received().size() == 9; }));
}

TEST_CASE(
    "Above the bound of the socket the fullest peer is disconnected, not the one that sends") {
  stalled at(on_buffer_full::disconnect, {.max_total_buffered_bytes = 2 * mark});
  auto& other = at.of.connect_far_end(at.where, small_buffer);
  while (at.of->group().outbound.charged < 2 * mark) {
    REQUIRE(static_cast<int>(at.of.send(1, payload)) >= 0);
  }
  CHECK(at.of.send(2, "small") == send_result::taken);
  CHECK(at.of->find(1) == nullptr);
  REQUIRE(at.of.run_until([&] { return other.received().size() == 9; }));
  CHECK(at.of.app.log_of(1).back() == "disconnect 1 BACKPRESSURE");
}

TEST_CASE("When the sender itself is the fullest, its policy meets it") {
  stalled at(on_buffer_full::error, {.max_total_buffered_bytes = mark});
  send_result last{};
  at.send_until_not_taken(last);
  CHECK(last == send_result::at_bound);
  CHECK(at.of->group().outbound.charged < bound);
}

TEST_CASE("Text that is encoded in place is framed and counted like any message") {
  world of;
  auto& far = of.connect_far_end(of.listen());
  send_result result{};
  auto* const room = of->begin_send(1, 5, 1, result);
  REQUIRE(room != nullptr);
  std::ranges::copy(bytes("hello!"), room);  // with the one byte of slack
  CHECK(of->finish_send(1, 5) == send_result::taken);
  of.send(1, "next");
  REQUIRE(of.run_until([&] { return far.received().size() == 17; }));
  CHECK(far.messages() == lines{"hello", "next"});
  CHECK(of->find(1)->counters().bytes_out.value() == 9);
}

TEST_CASE("In place, too, nobody and a message that is too long are told apart") {
  world of;
  of.connect_far_end(of.listen({.max_message_size = 4}));
  send_result result{};
  CHECK(of->begin_send(1, 5, 1, result) == nullptr);
  CHECK(result == send_result::too_long);
  CHECK(of->begin_send(99, 1, 1, result) == nullptr);
  CHECK(result == send_result::refused);
  CHECK(of->totals().dropped_messages == 1);
}

TEST_CASE("Messages of all sizes to a far end that reads slowly arrive whole and in order") {
  stalled at(on_buffer_full::error);
  at.far.read_slowly(10'000);
  at.far.go_on_reading();
  lines sent;
  for (std::size_t i = 0; sent.size() < 300; ++i) {
    const auto next = pattern(i * 997 % 40'000, i);
    if (static_cast<int>(at.of.send(1, next)) >= 0) {
      sent.push_back(next);
    } else {
      at.of.run_for(5ms);
    }
  }
  at.far.read_slowly(10'000'000);
  REQUIRE(at.of.run_until([&] { return at.of->find(1)->queue().charged() == 0; }));
  at.of->find(1)->end(engine::error::local_closed, 5'000);
  REQUIRE(at.of.run_until([&] { return at.far.ended(); }));
  CHECK(at.far.messages() == sent);
}

}  // namespace
}  // namespace millrace::testing
