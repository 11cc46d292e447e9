#include "engine/endpoint.hpp"

#include <doctest/doctest.h>

#include <boost/asio/ip/address.hpp>
#include <string>

namespace millrace::testing {
namespace {

using engine::error;
using engine::parse_endpoint;
using namespace std::string_literals;

struct good {
  std::string text;
  std::string host;
  std::uint16_t port;
};

struct bad {
  std::string text;
  error why;
};

TEST_CASE("An endpoint is tcp://host:port") {
  const good table[] = {
      {"tcp://127.0.0.1:7000", "127.0.0.1", 7000},
      {"tcp://localhost:1", "localhost", 1},
      {"tcp://some-host.example_1.org:80", "some-host.example_1.org", 80},
      {"tcp://" + std::string(253, 'a') + ":80", std::string(253, 'a'), 80},
      {"tcp://*:7000", "*", 7000},
      {"tcp://0.0.0.0:7000", "0.0.0.0", 7000},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    const auto parsed = parse_endpoint(row.text);
    REQUIRE(parsed.has_value());
    CHECK(parsed->host == row.host);
    CHECK(parsed->port == row.port);
  }
}

TEST_CASE("An IPv6 address stands in brackets, which are not part of the host") {
  for (const auto* const address : {"::1", "::", "2001:db8::7", "::ffff:127.0.0.1", "fe80::1%lo"}) {
    CAPTURE(address);
    const auto parsed = parse_endpoint("tcp://["s + address + "]:7000");
    REQUIRE(parsed.has_value());
    CHECK(parsed->host == address);
    CHECK(parsed->port == 7000);
  }
}

TEST_CASE("A port is 0 to 65535, or * for a free one") {
  const good table[] = {
      {"tcp://h:0", "h", 0},
      {"tcp://h:*", "h", 0},
      {"tcp://h:65535", "h", 65535},
      {"tcp://*:*", "*", 0},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    const auto parsed = parse_endpoint(row.text);
    REQUIRE(parsed.has_value());
    CHECK(parsed->port == row.port);
  }
}

TEST_CASE("A bad port is told as such") {
  const std::string hosts[] = {"h", "127.0.0.1", "[::1]"};
  const std::string ports[] = {
      "",    ":",   ":65536", ":-1",  ":+1", ": 1", ":1 ",  ":0x50",   ":80a",
      ":1.", ":**", ":*1",    ":1:2", ":\t", ":1?", ":1#x", ":\0001"s, ":99999999999999999999999"};
  for (const auto& host : hosts) {
    for (const auto& port : ports) {
      const auto text = "tcp://" + host + port;
      CAPTURE(text);
      const auto parsed = parse_endpoint(text);
      REQUIRE(parsed.has_error());
      // Without brackets the last colon is the one before the port.
      const bool colon_in_host = port == ":1:2" && host != "[::1]";
      CHECK(parsed.error() ==
            (colon_in_host ? error::endpoint_with_bad_host : error::endpoint_with_bad_port));
    }
  }
}

TEST_CASE("Each other mistake has its own error") {
  const bad table[] = {
      {"", error::endpoint_without_transport},
      {"://", error::endpoint_without_transport},
      {"://h:1", error::endpoint_without_transport},
      {"127.0.0.1:7000", error::endpoint_without_transport},
      {"tcp:h:1", error::endpoint_without_transport},
      {"tcp:/h:1", error::endpoint_without_transport},
      {"TCP://h:1", error::endpoint_with_unknown_transport},
      {" tcp://h:1", error::endpoint_with_unknown_transport},
      {"tcp\0://h:1"s, error::endpoint_with_unknown_transport},
      {"http://h:1", error::endpoint_with_unknown_transport},
      {"tcp://", error::endpoint_with_bad_port},
      {"tcp://:7000", error::endpoint_without_host},
      {"tcp://:*", error::endpoint_without_host},
      {"tcp://[]:7000", error::endpoint_without_host},
      {"tcp://h:1/", error::endpoint_with_path},
      {"tcp://h:1/chat", error::endpoint_with_path},
      {"tcp:///tmp/socket", error::endpoint_with_path},
      {"tcp://::1:7000", error::endpoint_with_bad_host},
      {"tcp://[::1:7000", error::endpoint_with_bad_host},
      {"tcp://[127.0.0.1]:7000", error::endpoint_with_bad_host},
      {"tcp://[*]:7000", error::endpoint_with_bad_host},
      {"tcp://[localhost]:7000", error::endpoint_with_bad_host},
      {"tcp://[::g]:7000", error::endpoint_with_bad_host},
      {"tcp://[::1\0]:7000"s, error::endpoint_with_bad_host},
      {"tcp://[::1\0.evil.example]:7000"s, error::endpoint_with_bad_host},
      {"tcp://[fe80::1%et h0]:7000", error::endpoint_with_bad_host},
      {"tcp://[fe80::1%[]:7000", error::endpoint_with_bad_host},
      {"tcp://a b:7000", error::endpoint_with_bad_host},
      {"tcp:// h:7000", error::endpoint_with_bad_host},
      {"tcp://h :7000", error::endpoint_with_bad_host},
      {"tcp://h\0:7000"s, error::endpoint_with_bad_host},
      {"tcp://user@h:7000", error::endpoint_with_bad_host},
      {"tcp://**:7000", error::endpoint_with_bad_host},
      {"tcp://*.example:7000", error::endpoint_with_bad_host},
      {"tcp://h\xC3\xA9:7000", error::endpoint_with_bad_host},
      {"tcp://" + std::string(254, 'a') + ":80", error::endpoint_with_bad_host},
      {"tcp://[" + std::string(100'000, ':') + "]:80", error::endpoint_with_bad_host},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    const auto parsed = parse_endpoint(row.text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error() == row.why);
  }
}

TEST_CASE("The text of an address is an endpoint of that address") {
  for (const auto* const host : {"127.0.0.1", "0.0.0.0", "::1", "::", "2001:db8::7"}) {
    for (const auto port : {std::uint16_t{1}, std::uint16_t{65535}}) {
      const engine::tcp_address address(boost::asio::ip::make_address(host), port);
      const auto parsed = parse_endpoint(engine::to_text(address));
      CAPTURE(engine::to_text(address));
      REQUIRE(parsed.has_value());
      CHECK(parsed->host == host);
      CHECK(parsed->port == port);
    }
  }
}

TEST_CASE("The text of an IPv6 address has brackets") {
  const auto loopback = boost::asio::ip::make_address("::1");
  const auto of_ipv4 = boost::asio::ip::make_address("127.0.0.1");
  CHECK(engine::to_text(engine::tcp_address(loopback, 7000)) == "tcp://[::1]:7000");
  CHECK(engine::to_text(engine::tcp_address(of_ipv4, 7)) == "tcp://127.0.0.1:7");
}

TEST_CASE("An endpoint of ipc is an absolute path, or an abstract name behind an @") {
  const auto longest = "/" + std::string(106, 'p');
  for (const auto& path : {"/run/app.sock"s, "/"s, "/a:b c?#%20"s, longest, "@app"s, "@a/b"s,
                           std::string("@").append(longest, 1)}) {
    CAPTURE(path);
    const auto parsed = parse_endpoint("ipc://" + path);
    REQUIRE(parsed.has_value());
    CHECK(parsed->transport == engine::endpoint::transport_kind::ipc);
    CHECK(parsed->path == path);
    CHECK(parsed->host.empty());
    const auto address = engine::unix_address(parsed->path);
    CHECK(engine::is_unix(address));
    CHECK(engine::path_of(address) == path);
    CHECK(engine::to_text(address) == "ipc://" + path);
    CHECK(engine::tcp_part(address) == engine::tcp_address{});
  }
}

TEST_CASE("Each mistake in a path has its own error") {
  const bad table[] = {
      {"ipc://", error::endpoint_without_path},
      {"ipc://@", error::endpoint_without_path},
      {"ipc://app.sock", error::endpoint_with_relative_path},
      {"ipc://./app.sock", error::endpoint_with_relative_path},
      {"ipc://*", error::endpoint_with_relative_path},
      {"ipc:///run/\0app"s, error::endpoint_with_nul},
      {"ipc://@app\0"s, error::endpoint_with_nul},
      {"ipc:///" + std::string(107, 'p'), error::endpoint_with_long_path},
      {"ipc://@" + std::string(107, 'p'), error::endpoint_with_long_path},
      {"ipc:///" + std::string(100'000, 'p'), error::endpoint_with_long_path},
      {"ipc:/run/app.sock", error::endpoint_without_transport},
      {"IPC:///run/app.sock", error::endpoint_with_unknown_transport},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    const auto parsed = parse_endpoint(row.text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error() == row.why);
  }
}

}  // namespace
}  // namespace millrace::testing
