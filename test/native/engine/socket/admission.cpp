#include "engine/socket/admission.hpp"

#include <doctest/doctest.h>

#include <boost/asio/ip/address.hpp>

namespace millrace::testing {
namespace {

engine::tcp_address from(const char* address) {
  return {boost::asio::ip::make_address(address), 5'000};
}

constexpr std::uint32_t here = 1;
constexpr std::uint32_t there = 2;

TEST_CASE("Beyond the most of all nobody is let in, and who leaves makes room") {
  engine::admission doors({.connections = 2, .per_address = 0});
  CHECK(doors.admit(here, 0, from("10.0.0.1")));
  CHECK(doors.admit(there, 0, from("10.0.0.2")));
  CHECK_FALSE(doors.admit(here, 0, from("10.0.0.3")));
  doors.leave(there, from("10.0.0.2"));
  CHECK(doors.admit(here, 0, from("10.0.0.3")));
  CHECK(doors.connections() == 2);
}

TEST_CASE("A connection that this side makes is counted and never refused") {
  engine::admission doors({.connections = 1, .per_address = 1});
  doors.enter();
  doors.enter();
  CHECK(doors.connections() == 2);
  CHECK_FALSE(doors.admit(here, 0, from("10.0.0.1")));
  doors.leave(0, from("10.0.0.1"));
  doors.leave(0, from("10.0.0.1"));
  CHECK(doors.admit(here, 0, from("10.0.0.1")));
}

TEST_CASE("A listener has a limit of its own") {
  engine::admission doors({.connections = 0, .per_address = 0});
  CHECK(doors.admit(here, 1, from("10.0.0.1")));
  CHECK_FALSE(doors.admit(here, 1, from("10.0.0.1")));
  CHECK(doors.admit(there, 1, from("10.0.0.1")));
  doors.leave(here, from("10.0.0.1"));
  CHECK(doors.admit(here, 1, from("10.0.0.1")));
}

TEST_CASE("One address has a limit, however it is written and whatever the port") {
  engine::admission doors({.connections = 0, .per_address = 2});
  CHECK(doors.admit(here, 0, from("10.0.0.1")));
  CHECK(doors.admit(there, 0, from("::ffff:10.0.0.1")));
  CHECK_FALSE(doors.admit(here, 0, from("10.0.0.1")));
  CHECK(doors.admit(here, 0, from("10.0.0.2")));
  doors.leave(there, from("::ffff:10.0.0.1"));
  CHECK(doors.admit(here, 0, from("10.0.0.1")));
}

TEST_CASE("IPv6 addresses with the same first 64 bits count as one") {
  engine::admission doors({.connections = 0, .per_address = 1});
  CHECK(doors.admit(here, 0, from("2001:db8:0:1::1")));
  CHECK_FALSE(doors.admit(here, 0, from("2001:db8:0:1:ffff::2")));
  CHECK(doors.admit(here, 0, from("2001:db8:0:2::1")));
}

}  // namespace
}  // namespace millrace::testing
