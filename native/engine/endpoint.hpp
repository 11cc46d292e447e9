#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/error.hpp"

namespace millrace::engine {

// Where a socket binds or connects: tcp://host:port (behaviour: host `*` is every address, port `*`
// or 0 a free one, an IPv6 address stands in brackets).
struct endpoint {
  enum class transport_kind : std::uint8_t { tcp };

  transport_kind transport = transport_kind::tcp;
  std::string host;  // without brackets; "*" for every address
  std::uint16_t port = 0;
};

boost::system::result<endpoint> parse_endpoint(std::string_view text);

using tcp_address = boost::asio::ip::tcp::endpoint;

// "tcp://127.0.0.1:7000", "tcp://[::1]:7000"
std::string to_text(const tcp_address& address);

}  // namespace millrace::engine
