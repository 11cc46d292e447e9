#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/error.hpp"

namespace millrace::engine {

// Where a socket binds or connects: tcp://host:port (behaviour: host `*` is every address, port `*`
// or 0 a free one, an IPv6 address stands in brackets), ipc:///path or, on Linux, ipc://@name.
struct endpoint {
  enum class transport_kind : std::uint8_t { tcp, ipc };

  transport_kind transport = transport_kind::tcp;
  std::string host;  // without brackets; "*" for every address
  std::uint16_t port = 0;
  std::string path;  // of ipc, absolute; with an @ in front the abstract name
};

boost::system::result<endpoint> parse_endpoint(std::string_view text);

// Of a peer; a default one, with port 0, where the transport has none. Kept small: every connection
// holds one.
using tcp_address = boost::asio::ip::tcp::endpoint;

// What a socket is bound or connected to, of either family. A tcp_address converts to it.
using stream_address = boost::asio::generic::stream_protocol::endpoint;

inline bool is_unix(const stream_address& address) noexcept {
  return address.protocol().family() == AF_UNIX;
}

// `path` as in an endpoint that was parsed.
stream_address unix_address(std::string_view path);
// The same path again.
std::string path_of(const stream_address& unix_socket);

// None for a unix socket.
tcp_address tcp_part(const stream_address& address) noexcept;

// "tcp://127.0.0.1:7000", "tcp://[::1]:7000", "ipc:///run/app.sock", "ipc://@app"
std::string to_text(const stream_address& address);

}  // namespace millrace::engine
