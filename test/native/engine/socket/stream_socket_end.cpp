#include <doctest/doctest.h>

#include <string>

#include "helpers/bytes.hpp"
#include "helpers/world.hpp"

// How connections end: by the far end, by this side, by a fault.
namespace millrace::testing {
namespace {

using namespace std::chrono_literals;
using engine::error;
using engine::send_result;
using kind = application::kind;

constexpr int small_buffer = 4 * 1024;

// More than both kernels hold, whatever the system's buffers are.
std::string more_than_kernels_hold() { return pattern(15'000'000); }

TEST_CASE("A far end that half-closes gets the answers to what it sent") {
  world of;
  auto& far = of.dial(of.listen());
  of.app.on_message = [&](wire::routing_id id, const std::string& payload) {
    of.send(id, payload);
  };
  far.write_message("question");
  far.write_message("another");
  far.half_close();
  REQUIRE(of.run_until_disconnects(1));
  REQUIRE(of.run_until([&] { return far.ended(); }));
  CHECK(far.messages() == lines{"question", "another"});
  CHECK(far.failure() == 0);
}

TEST_CASE("An answer that a far end reads slowly is flushed after its half-close") {
  world of;
  auto& far = of.dial(of.listen(), small_buffer);
  const auto answer = more_than_kernels_hold();
  of.app.on_message = [&](wire::routing_id id, const std::string&) { of.send(id, answer); };
  far.write_message("question");
  far.half_close();
  REQUIRE(of.run_until([&] { return far.ended(); }));
  CHECK(far.received().size() == answer.size() + wire::length_header_bytes);
  CHECK(far.failure() == 0);
}

TEST_CASE("While a message of a half-closed peer is held, the connection waits for the answer") {
  world of;
  auto& far = of.dial(of.listen());
  of.app.holds = true;
  far.write_message("question");
  far.half_close();
  REQUIRE(of.run_until([&] { return of.app.messages() == 1; }));
  of.run_for(30ms);
  CHECK(of.app.count(kind::disconnect) == 0);
  CHECK(of.send(1, "late answer") == send_result::taken);
  of.app.release_all();
  REQUIRE(of.run_until_disconnects(1));
  REQUIRE(of.run_until([&] { return far.ended(); }));
  CHECK(far.messages() == lines{"late answer"});
}

TEST_CASE("A half-closed far end that does not read its answer is cut after the linger time") {
  world of;
  auto& far = of.dial(of.listen({.linger = 50}), small_buffer);
  far.stop_reading();
  const auto answer = more_than_kernels_hold();
  of.app.on_message = [&](wire::routing_id id, const std::string&) { of.send(id, answer); };
  far.write_message("question");
  far.half_close();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log().back() == "disconnect 1 PEER_CLOSED");
}

TEST_CASE("Disconnecting sends what is queued and then a FIN") {
  world of;
  auto& far = of.connect_far_end(of.listen());
  of.send(1, "last");
  of->find(1)->end(error::local_closed, 2'000);
  REQUIRE(of.run_until([&] { return far.ended(); }));
  CHECK(far.messages() == lines{"last"});
  far.close();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log().back() == "disconnect 1 LOCAL_CLOSED");
}

TEST_CASE(
    "Input that arrives after disconnecting is discarded, so that no reset loses the output") {
  world of;
  auto& far = of.connect_far_end(of.listen(), small_buffer);
  const auto payload = more_than_kernels_hold();
  far.write(pattern(3'000'000));
  of.send(1, payload);
  of->find(1)->end(error::local_closed, 20'000);
  REQUIRE(of.run_until([&] { return far.ended() || far.failure() != 0; }));
  CHECK(far.failure() == 0);
  CHECK(far.received().size() == payload.size() + wire::length_header_bytes);
  CHECK(of.app.messages() == 0);
}

TEST_CASE("A far end that has half-closed still gets what was queued before disconnecting") {
  world of;
  auto& far = of.connect_far_end(of.listen(), small_buffer);
  far.stop_reading();
  const auto payload = more_than_kernels_hold();
  of.send(1, payload);
  SUBCASE("when it ends before") {
    of.app.holds = true;
    far.write_message("held, so that the connection stays");
    far.half_close();
    of.run_for(20ms);
    of->find(1)->end(error::local_closed, 20'000);
  }
  SUBCASE("when it ends after") {
    of->find(1)->end(error::local_closed, 20'000);
    far.half_close();
    of.run_for(20ms);
  }
  far.go_on_reading();
  REQUIRE(of.run_until([&] { return far.ended() || far.failure() != 0; }));
  CHECK(far.failure() == 0);
  CHECK(far.received().size() == payload.size() + wire::length_header_bytes);
}

TEST_CASE("After disconnecting nothing more can be sent") {
  world of;
  of.connect_far_end(of.listen());
  of->find(1)->end(error::local_closed, 2'000);
  CHECK(of.send(1, "too late") == send_result::refused);
}

TEST_CASE("A far end that never reads is disconnected within the linger time") {
  world of;
  auto& far = of.connect_far_end(of.listen(), small_buffer);
  far.stop_reading();
  of.send(1, more_than_kernels_hold());
  const auto begin = of.readiness.now();
  of->find(1)->end(error::local_closed, 50);
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.readiness.now() - begin < 1s);
  CHECK(of.app.log().back() == "disconnect 1 LOCAL_CLOSED");
  CHECK(of->group().outbound.charged == 0);
}

TEST_CASE("Without linger time a connection ends at once") {
  world of;
  of.connect_far_end(of.listen());
  of->find(1)->end(error::local_closed, 0);
  CHECK(of->find(1) == nullptr);
  CHECK(of->totals().connections == 0);
}

TEST_CASE("A second disconnect may shorten the linger time of the first, not lengthen it") {
  world of;
  const auto where = of.listen();
  of.connect_far_end(where);
  of.connect_far_end(where);
  of->find(1)->end(error::local_closed, 20'000);
  of->find(1)->end(error::timeout, 10);
  of->find(2)->end(error::local_closed, 10);
  of->find(2)->end(error::local_closed, 20'000);
  REQUIRE(of.run_until_disconnects(2));
  CHECK(of.app.log_of(1).back() == "disconnect 1 LOCAL_CLOSED");
}

TEST_CASE("Messages that were received before disconnecting are still delivered, before the end") {
  world of;
  auto& far = of.connect_far_end(of.listen());
  of.app.on_message = [&](wire::routing_id id, const std::string&) {
    if (auto* const from = of->find(id)) {
      from->destroy(error::local_closed);
    }
  };
  far.write(framed("one") + framed("two"));
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log() ==
        lines{"connect 1", "message 1 one", "message 1 two", "disconnect 1 LOCAL_CLOSED"});
}

TEST_CASE("Destroying drops what is queued and tells the end once") {
  world of;
  of.connect_far_end(of.listen());
  of.send(1, "never sent");
  of->find(1)->destroy(error::local_closed);
  CHECK(of->find(1) == nullptr);
  REQUIRE(of.run_until_disconnects(1));
  of.run_for(10ms);
  CHECK(of.app.log() == lines{"connect 1", "disconnect 1 LOCAL_CLOSED"});
}

TEST_CASE("All connections can be ended together") {
  world of;
  const auto where = of.listen();
  auto& one = of.connect_far_end(where);
  auto& other = of.connect_far_end(where);
  of->end_all(2'000);
  REQUIRE(of.run_until([&] { return one.ended() && other.ended(); }));
  one.close();
  other.close();
  REQUIRE(of.run_until_disconnects(2));
  CHECK(of->totals().connections == 0);
}

}  // namespace
}  // namespace millrace::testing
