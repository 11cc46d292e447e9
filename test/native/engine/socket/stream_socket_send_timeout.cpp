#include <doctest/doctest.h>

#include <string>

#include "helpers/bytes.hpp"
#include "helpers/world.hpp"

// Peers that take nothing of what is queued for them.
namespace millrace::testing {
namespace {

using namespace std::chrono_literals;
using kind = application::kind;

constexpr int small_buffer = 4 * 1024;
const std::string payload = pattern(20'000);

TEST_CASE("A peer that takes nothing for the send timeout ends") {
  world of;
  auto& far = of.connect_far_end(of.listen({.send_timeout = 100}), small_buffer);
  far.stop_reading();
  of.send_until_full(1, payload);
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.app.log().back() == "disconnect 1 TIMEOUT");
}

TEST_CASE("A peer that takes a little now and then does not") {
  world of;
  auto& far = of.connect_far_end(of.listen({.send_timeout = 400}), small_buffer);
  far.stop_reading();
  of.send_until_full(1, pattern(100'000));
  far.read_slowly(256);  // far less than makes the kernel report room
  far.go_on_reading();
  of.run_for(1'500ms);
  CHECK(of->find(1) != nullptr);
  CHECK(of.app.count(kind::disconnect) == 0);
}

TEST_CASE("An idle connection has no send timeout") {
  world of;
  auto& far = of.connect_far_end(of.listen({.send_timeout = 30}));
  of.send(1, "taken at once");
  of.run_for(100ms);
  CHECK(of.app.count(kind::disconnect) == 0);
  CHECK(far.messages().size() == 1);
}

TEST_CASE("A second stall has the whole send timeout again") {
  world of;
  auto& far = of.connect_far_end(of.listen({.send_timeout = 600}), small_buffer);
  far.stop_reading();
  of.send_until_full(1, payload);
  of.run_for(300ms);
  far.go_on_reading();
  REQUIRE(of.run_until([&] { return of->find(1)->queue().charged() == 0; }));
  far.stop_reading();
  of.send_until_full(1, payload);
  const auto begin = of.readiness.now();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of.readiness.now() - begin > 450ms);
}

}  // namespace
}  // namespace millrace::testing
