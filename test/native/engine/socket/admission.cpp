#include "engine/socket/admission.hpp"

#include <doctest/doctest.h>

#include <boost/asio/ip/address.hpp>
#include <thread>
#include <vector>

namespace millrace::testing {
namespace {

using engine::admission;

engine::tcp_address from(const char* address, std::uint16_t port = 1) {
  return {boost::asio::ip::make_address(address), port};
}

TEST_CASE("Without limits everybody is let in and counted") {
  admission gate({});
  for (int i = 0; i < 100; ++i) {
    CHECK(gate.admit(from("192.0.2.1")));
  }
  CHECK(gate.connections() == 100);
}

TEST_CASE("All connections together have a limit, those made by this side included") {
  admission gate({.connections = 3});
  gate.count();
  CHECK(gate.admit(from("192.0.2.1")));
  CHECK(gate.admit(from("192.0.2.2")));
  CHECK_FALSE(gate.admit(from("192.0.2.3")));
  gate.leave_counted();
  CHECK(gate.admit(from("192.0.2.3")));
  CHECK_FALSE(gate.admit(from("192.0.2.4")));
  gate.leave_admitted(from("192.0.2.1"));
  CHECK(gate.admit(from("192.0.2.4")));
}

TEST_CASE("What this side makes is never refused") {
  admission gate({.connections = 1});
  gate.count();
  gate.count();
  CHECK(gate.connections() == 2);
  CHECK_FALSE(gate.admit(from("192.0.2.1")));
}

TEST_CASE("Each address has a limit, whatever the port") {
  admission gate({.per_address = 2});
  CHECK(gate.admit(from("192.0.2.1", 1)));
  CHECK(gate.admit(from("192.0.2.1", 2)));
  CHECK_FALSE(gate.admit(from("192.0.2.1", 3)));
  CHECK(gate.admit(from("192.0.2.2", 4)));
  CHECK(gate.connections() == 3);
  gate.leave_admitted(from("192.0.2.1", 1));
  CHECK(gate.admit(from("192.0.2.1", 5)));
}

TEST_CASE("An IPv4 address is the same in its IPv6 form") {
  admission gate({.per_address = 1});
  CHECK(gate.admit(from("::ffff:192.0.2.1")));
  CHECK_FALSE(gate.admit(from("192.0.2.1")));
  gate.leave_admitted(from("192.0.2.1"));
  CHECK(gate.admit(from("192.0.2.1")));
  CHECK_FALSE(gate.admit(from("::ffff:192.0.2.1")));
}

TEST_CASE("IPv6 addresses are one if their first 64 bits are") {
  admission gate({.per_address = 1});
  CHECK(gate.admit(from("2001:db8:0:1::1")));
  CHECK_FALSE(gate.admit(from("2001:db8:0:1:ffff::2")));
  CHECK(gate.admit(from("2001:db8:0:2::1")));
}

TEST_CASE("An IPv4 address is no IPv6 network of the same bits") {
  admission gate({.per_address = 1});
  CHECK(gate.admit(from("0.0.0.1")));
  CHECK(gate.admit(from("0:0:0:1::1")));
}

TEST_CASE("Who is refused counts for nothing") {
  admission gate({.connections = 1, .per_address = 5});
  CHECK(gate.admit(from("192.0.2.1")));
  CHECK_FALSE(gate.admit(from("192.0.2.2")));
  gate.leave_admitted(from("192.0.2.1"));
  CHECK(gate.connections() == 0);
}

TEST_CASE("Threads may come and go at the same time") {
  admission gate({.connections = 4, .per_address = 2});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&gate, i] {
      const auto where = from(i % 2 == 0 ? "192.0.2.1" : "192.0.2.2");
      for (int round = 0; round < 20'000; ++round) {
        if (gate.admit(where)) {
          gate.leave_admitted(where);
        }
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(gate.connections() == 0);
  CHECK(gate.admit(from("192.0.2.1")));
  CHECK(gate.admit(from("192.0.2.1")));
  CHECK_FALSE(gate.admit(from("192.0.2.1")));
}

}  // namespace
}  // namespace millrace::testing
