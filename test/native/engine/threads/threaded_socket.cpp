#include "engine/threads/threaded_socket.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/socket/send_policy.hpp"
#include "helpers/bytes.hpp"
#include "helpers/threaded_world.hpp"

namespace millrace::testing {
namespace {

using namespace std::chrono_literals;
using kind = engine::socket_event::kind;
using engine::message_charge;

TEST_CASE("Connections of many threads echo to one application, nothing lost or reordered") {
  threaded_world of(3);
  const auto address = of.listen();
  of.on_message = [&](wire::routing_id id, const std::string& payload) { of.send(id, payload); };
  std::vector<far_end*> all;
  std::vector<std::string> sent;
  for (std::size_t i = 0; i < 1'000; ++i) {
    sent.push_back(pattern(i * 31 % 700, i));
  }
  sent.push_back(pattern(300'000));
  for (int i = 0; i < 12; ++i) {
    all.push_back(&of.dial(address));
    for (const auto& each : sent) {
      all.back()->write_message(each);
    }
  }
  for (auto* const far : all) {
    REQUIRE(of.run_until([&] { return far->messages().size() == sent.size(); }));
    CHECK(std::ranges::equal(far->messages(), sent));
    far->half_close();
  }
  REQUIRE(of.run_until([&] { return of.count(kind::disconnect) == all.size(); }));
  CHECK(of.socket->totals().messages_in == all.size() * sent.size());
  CHECK(of.socket->totals().messages_out == all.size() * sent.size());
  CHECK(of.socket->totals().connections == 0);
  CHECK(of.socket->totals().queued_bytes == 0);
  for (std::size_t i = 0; i < of.pool.size(); ++i) {
    CHECK(of.pool.at(i).loop().load == 0);
  }
}

TEST_CASE("Connections go to the thread with the least load") {
  threaded_world of(2);
  const auto address = of.listen();
  for (int i = 0; i < 10; ++i) {
    of.dial(address);
  }
  REQUIRE(of.run_until([&] { return of.count(kind::connect) == 10; }));
  CHECK(of.pool.at(0).loop().load == 5);
  CHECK(of.pool.at(1).loop().load == 5);
}

TEST_CASE("While the application is busy reading stops at its marks, with one ring of the bell") {
  threaded_world of(2, {.total_receive_high_water_mark = 400'000});
  const auto address = of.listen({.receive_high_water_mark = 100'000});
  std::vector<far_end*> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(&of.dial(address));
  }
  REQUIRE(of.run_until([&] { return of.count(kind::connect) == all.size(); }));
  for (auto* const far : all) {
    for (int i = 0; i < 5'000; ++i) {
      far->write_message(i % 10 == 0 ? pattern(500) : "");
    }
  }
  const auto rings = of.rings();
  of.run_far_ends_for(300ms);
  CHECK(of.rings() - rings <= of.pool.size());
  const auto totals = of.socket->totals();
  CHECK(totals.messages_in < 400'000 / message_charge + all.size() * 40);
  REQUIRE(of.run_until([&] { return of.socket->totals().messages_in == all.size() * 5'000; }));
  REQUIRE(of.run_until([&] {
    return std::ranges::all_of(of.messages, [](auto& each) { return each.second.size() == 5'000; });
  }));
}

TEST_CASE("Messages that are held keep their peer from being read, also when it has left") {
  threaded_world of(1);
  const auto address = of.listen({.receive_high_water_mark = 10'000});
  of.holds = true;
  auto& far = of.dial(address);
  for (int i = 0; i < 200; ++i) {
    far.write_message(pattern(1'000));
  }
  far.half_close();
  std::size_t seen = 0;
  while (seen < 200) {
    REQUIRE(of.run_until([&] { return of.messages[1].size() > seen; }));
    seen = of.messages[1].size();
    of.release_all();
  }
  of.release_all();
  REQUIRE(of.run_until([&] { return of.count(kind::disconnect) == 1; }));
}

TEST_CASE("Drain comes when what was handed over has left, however much is offered meanwhile") {
  threaded_world of(1);
  const auto address = of.listen({.send_high_water_mark = 50'000});
  auto& far = of.dial(address);
  REQUIRE(of.run_until([&] { return of.count(kind::connect) == 1; }));
  const auto payload = pattern(10'000);
  for (int round = 0; round < 20; ++round) {
    const auto drains = of.count(kind::drain);
    auto result = engine::send_result::taken;
    while (result == engine::send_result::taken) {
      result = of.send(1, payload);
    }
    CHECK(result == engine::send_result::full);
    REQUIRE(of.run_until([&] { return of.count(kind::drain) > drains; }));
    CHECK(of.socket->queued_bytes(1) <= 25'000);
  }
  REQUIRE(of.run_until([&] { return of.socket->queued_bytes(1) == 0; }));
  CHECK(far.messages().size() * (payload.size() + 4) == far.received().size());
}

TEST_CASE("A queue at its bound meets the policy before anything is handed over") {
  threaded_world of(1);
  const auto address =
      of.listen({.max_buffered_bytes = 20'000, .on_buffer_full = engine::on_buffer_full::drop});
  of.dial(address);
  REQUIRE(of.run_until([&] { return of.count(kind::connect) == 1; }));
  int taken = 0;
  while (engine::was_taken(of.send(1, pattern(1'000)))) {
    ++taken;
  }
  CHECK(taken >= 17);
  CHECK(taken <= 18);
  CHECK(of.socket->totals_of(1).dropped_messages == 1);
  REQUIRE(of.run_until([&] { return of.socket->queued_bytes(1) == 0; }));
}

TEST_CASE("Above the bound of all peers the fullest one is closed") {
  threaded_world of(2, {.max_total_buffered_bytes = 20'000'000});
  const auto address = of.listen({.max_buffered_bytes = 100'000'000});
  of.dial(address).stop_reading();
  of.dial(address).stop_reading();
  REQUIRE(of.run_until([&] { return of.count(kind::connect) == 2; }));
  for (int i = 0; i < 30; ++i) {
    of.send(1, pattern(1'000'000));
  }
  CHECK(engine::was_taken(of.send(2, "small")));
  REQUIRE(of.run_until([&] { return of.count(kind::disconnect) == 1; }));
  CHECK(of.events.back().id == 1);
  CHECK(of.events.back().code == engine::error::backpressure);
}

TEST_CASE("Sending, ending and destroying ids that nobody has does nothing") {
  threaded_world of(2);
  CHECK(of.send(5, "x") == engine::send_result::refused);
  of.socket->end(5, 10);
  of.socket->destroy(5);
  of.socket->hold(5, 10);
  of.socket->release(5, 10);
  of.socket->pause(5, true);
  of.socket->flush(5);
  CHECK(of.socket->totals().dropped_messages == 1);
}

TEST_CASE("A socket that is destroyed under load leaves its threads to others") {
  threaded_world of(2);
  for (int round = 0; round < 10; ++round) {
    const auto address = of.listen();
    of.on_message = [&](wire::routing_id id, const std::string& payload) { of.send(id, payload); };
    for (int i = 0; i < 6; ++i) {
      auto& far = of.dial(address);
      for (int j = 0; j < 500; ++j) {
        far.write_message(pattern(static_cast<std::size_t>(j)));
      }
    }
    const auto before = of.messages.size();
    REQUIRE(of.run_until([&] { return of.messages.size() > before; }));
    engine::application_bell& bell = of;
    engine::wakeup& owner = of;
    of.socket = std::make_unique<engine::threaded_socket>(of.pool, bell, of.memory, owner,
                                                          engine::socket_options{}, 1);
    of.messages.clear();
  }
}

TEST_CASE("Threads that are stopped under load end, and what is asked afterwards does nothing") {
  for (int round = 0; round < 20; ++round) {
    threaded_world of(2);
    const auto address = of.listen();
    auto& far = of.dial(address);
    for (int j = 0; j < 2'000; ++j) {
      far.write_message(pattern(100));
    }
    REQUIRE(of.run_until([&] { return !of.messages.empty(); }));
    of.pool.stop();
    of.send(1, "late");
    of.socket->end_all(10);
    of.socket->flush();
    of.socket->deliver();
  }
}

TEST_CASE("What was handed over before the threads are stopped leaves") {
  threaded_world of(1);
  const auto address = of.listen();
  auto& far = of.dial(address);
  REQUIRE(of.run_until([&] { return of.count(kind::connect) == 1; }));
  for (int i = 0; i < 100; ++i) {
    of.send(1, pattern(100));
  }
  of.socket->flush();
  of.pool.stop();
  of.run_far_ends_for(50ms);
  CHECK(far.messages().size() == 100);
}

}  // namespace
}  // namespace millrace::testing
