#include "engine/transport/descriptor.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <string>

namespace millrace::testing {
namespace {

using engine::descriptor;
using engine::tcp_address;

tcp_address address(const char* host, std::uint16_t port = 0) {
  return {boost::asio::ip::make_address(host), port};
}

bool is_open(int value) { return ::fcntl(value, F_GETFD) >= 0; }

int option(const descriptor& of, int level, int name) {
  int value = -1;
  socklen_t bytes = sizeof value;
  REQUIRE(::getsockopt(of.get(), level, name, &value, &bytes) == 0);
  return value;
}

void check_flags(const descriptor& of) {
  CHECK((::fcntl(of.get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((::fcntl(of.get(), F_GETFL) & O_NONBLOCK) != 0);
}

void check_tcp_options(const descriptor& of, int keep_alive_seconds) {
  CHECK(option(of, IPPROTO_TCP, TCP_NODELAY) != 0);
  CHECK(option(of, SOL_SOCKET, SO_KEEPALIVE) != 0);
  CHECK(option(of, IPPROTO_TCP, TCP_KEEPIDLE) == keep_alive_seconds);
}

descriptor listen_on(const tcp_address& where, const engine::listen_options& how = {},
                     std::uint32_t keep_alive_ms = 60'000) {
  auto opened = engine::open_listener(where, how, keep_alive_ms);
  REQUIRE(opened.has_value());
  return std::move(*opened);
}

void wait_for(const descriptor& which, short events) {
  pollfd waiting{which.get(), events, 0};
  REQUIRE(::poll(&waiting, 1, 5'000) == 1);
}

struct connected_pair {
  explicit connected_pair(const descriptor& listener, const char* host = "127.0.0.1",
                          std::uint32_t keep_alive_ms = 60'000) {
    const auto port = engine::local_address(listener.get()).port();
    auto opened = engine::open_connecting(address(host, port), keep_alive_ms);
    REQUIRE(opened.has_value());
    client = std::move(*opened);
    wait_for(listener, POLLIN);
    auto taken = engine::accept_from(listener.get(), remote);
    REQUIRE(taken.has_value());
    accepted = std::move(*taken);
  }

  descriptor client;
  descriptor accepted;
  tcp_address remote;
};

TEST_CASE("A descriptor is closed by its last owner and by no other") {
  const int value = ::dup(0);
  {
    descriptor first(value);
    descriptor second(std::move(first));
    CHECK(first.get() == -1);
    descriptor third;
    third = std::move(second);
    CHECK(third.get() == value);
    CHECK(is_open(value));
  }
  CHECK_FALSE(is_open(value));
}

TEST_CASE("A descriptor that is released stays open") {
  const int value = ::dup(0);
  CHECK(descriptor(value).release() == value);
  CHECK(is_open(value));
  descriptor(value).reset();
  CHECK_FALSE(is_open(value));
}

TEST_CASE("Assigning closes what was owned before") {
  const int before = ::dup(0);
  descriptor owner(before);
  owner = descriptor(::dup(0));
  CHECK(owner.get() != before);
  CHECK_FALSE(is_open(before));
}

TEST_CASE("Listening, connecting and accepted descriptors are close-on-exec and do not block") {
  const auto listener = listen_on(address("127.0.0.1"));
  const connected_pair pair(listener);
  check_flags(listener);
  check_flags(pair.client);
  check_flags(pair.accepted);
}

TEST_CASE("Small packets leave at once and dead peers are noticed, on both sides") {
  const auto listener = listen_on(address("127.0.0.1"));
  const connected_pair pair(listener);
  check_tcp_options(pair.client, 60);
  check_tcp_options(pair.accepted, 60);
}

TEST_CASE("The time of keep-alive is the caller's, in whole seconds and at least one") {
  const auto listener = listen_on(address("127.0.0.1"), {}, 5'000);
  const connected_pair pair(listener, "127.0.0.1", 10);
  check_tcp_options(pair.client, 1);
  check_tcp_options(pair.accepted, 5);
}

TEST_CASE("A keep-alive of nothing leaves it off") {
  const auto listener = listen_on(address("127.0.0.1"), {}, 0);
  const connected_pair pair(listener, "127.0.0.1", 0);
  CHECK(option(pair.client, SOL_SOCKET, SO_KEEPALIVE) == 0);
  CHECK(option(pair.accepted, SOL_SOCKET, SO_KEEPALIVE) == 0);
}

TEST_CASE("Port 0 gives a free port, which the local address tells") {
  const auto listener = listen_on(address("127.0.0.1"));
  const auto bound = engine::local_address(listener.get());
  CHECK(bound.address().to_string() == "127.0.0.1");
  CHECK(bound.port() != 0);
}

TEST_CASE("Who connects is told by address") {
  const auto listener = listen_on(address("127.0.0.1"));
  const connected_pair pair(listener);
  CHECK(pair.remote == engine::local_address(pair.client.get()));
}

TEST_CASE("A port in use is an error of the system") {
  const auto first = listen_on(address("127.0.0.1"));
  const auto second = engine::open_listener(engine::local_address(first.get()), {}, 0);
  REQUIRE(second.has_error());
  CHECK(second.error() == boost::system::errc::address_in_use);
}

TEST_CASE("A port can be listened on again at once, although old connections linger") {
  tcp_address where;
  {
    const auto listener = listen_on(address("127.0.0.1"));
    where = engine::local_address(listener.get());
    connected_pair pair(listener);
    pair.accepted.reset();  // closed first, this side keeps TIME_WAIT
  }
  CHECK(engine::open_listener(where, {}, 0).has_value());
}

TEST_CASE("An address of somebody else cannot be listened on") {
  const auto opened = engine::open_listener(address("192.0.2.1"), {}, 0);
  REQUIRE(opened.has_error());
  CHECK(opened.error() == boost::system::errc::address_not_available);
}

TEST_CASE("A refused connection is told when it has been tried") {
  std::uint16_t closed_port = 0;
  {
    const auto listener = listen_on(address("127.0.0.1"));
    closed_port = engine::local_address(listener.get()).port();
  }
  const auto opened = engine::open_connecting(address("127.0.0.1", closed_port), 0);
  if (opened.has_error()) {
    CHECK(opened.error() == boost::system::errc::connection_refused);
    return;
  }
  wait_for(*opened, POLLOUT);
  CHECK(engine::pending_error(opened->get()) == boost::system::errc::connection_refused);
}

TEST_CASE("With nobody to accept, accepting says that it would block") {
  const auto listener = listen_on(address("127.0.0.1"));
  tcp_address remote;
  const auto accepted = engine::accept_from(listener.get(), remote);
  REQUIRE(accepted.has_error());
  CHECK(accepted.error() == boost::system::errc::resource_unavailable_try_again);
}

bool has_ipv6() { return engine::open_listener(address("::1"), {}, 0).has_value(); }

TEST_CASE("Every address of IPv6 takes connections over IPv4 too" * doctest::skip(!has_ipv6())) {
  const auto listener = listen_on(address("::"));
  const connected_pair over_v6(listener, "::1");
  const connected_pair over_v4(listener, "127.0.0.1");
  CHECK(over_v6.remote.address().to_string() == "::1");
  CHECK(over_v4.remote.address().to_string() == "::ffff:127.0.0.1");
  check_tcp_options(over_v6.accepted, 60);
}

TEST_CASE("With ipv6_only it does not" * doctest::skip(!has_ipv6())) {
  const auto listener = listen_on(address("::"), {.ipv6_only = true});
  const auto port = engine::local_address(listener.get()).port();
  CHECK(engine::open_listener(address("0.0.0.0", port), {}, 0).has_value());
  const connected_pair over_v6(listener, "::1");
}

}  // namespace
}  // namespace millrace::testing
