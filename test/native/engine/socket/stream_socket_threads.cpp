#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "helpers/bytes.hpp"
#include "helpers/world.hpp"

namespace millrace::testing {
namespace {

// What a thread does with a socket of its own; whether all went well.
bool echo_thousand_messages() {
  world of;
  auto& far = of.dial(of.listen());
  of.app.on_message = [&](wire::routing_id id, const std::string& payload) {
    of.send(id, payload);
  };
  std::size_t expected = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    far.write_message(pattern(i));
    expected += i + wire::length_header_bytes;
  }
  const bool all = of.run_until([&] { return far.received().size() == expected; });
  far.half_close();
  return all && of.run_until_disconnects(1);
}

TEST_CASE("Threads with sockets of their own share nothing") {
  std::vector<int> went_well(4);
  std::vector<std::thread> threads;
  for (auto& result : went_well) {
    threads.emplace_back([&result] { result = echo_thousand_messages() ? 1 : 0; });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(went_well == std::vector<int>{1, 1, 1, 1});
}

}  // namespace
}  // namespace millrace::testing
