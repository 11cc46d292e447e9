#include "engine/endpoint.hpp"

#include <sys/un.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace millrace::engine {
namespace {

constexpr std::size_t longest_host_name = 253;  // RFC 1035, 2.3.4

bool is_host_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

bool is_host_name(std::string_view text) noexcept {
  return text == "*" ||
         (text.size() <= longest_host_name && std::ranges::all_of(text, is_host_character));
}

bool is_ipv6_literal(std::string_view text) {
  // The parser ignores what follows a NUL, and takes any zone behind the %.
  const bool plain = std::ranges::all_of(
      text, [](char c) { return is_host_character(c) || c == ':' || c == '%'; });
  error_code failure;
  boost::asio::ip::make_address_v6(std::string{text}, failure);
  return plain && !failure;
}

// Parts of "host:port" or "[address]:port".
struct authority {
  std::string_view host;
  std::string_view port;
  bool bracketed = false;
};

boost::system::result<authority> split(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) {
      return error::endpoint_with_bad_host;
    }
    const auto rest = text.substr(end + 1);
    if (!rest.starts_with(':')) {
      return error::endpoint_with_bad_port;
    }
    return authority{text.substr(1, end - 1), rest.substr(1), true};
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return error::endpoint_with_bad_port;
  }
  return authority{text.substr(0, colon), text.substr(colon + 1)};
}

boost::system::result<std::uint16_t> parse_port(std::string_view text) {
  if (text == "*") {
    return std::uint16_t{0};
  }
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, port);
  if (text.empty() || failure != std::errc{} || stop != end) {
    return error::endpoint_with_bad_port;
  }
  return port;
}

boost::system::result<endpoint> parse_tcp(std::string_view text) {
  if (text.find('/') != std::string_view::npos) {
    return error::endpoint_with_path;
  }
  const auto parts = split(text);
  if (!parts) {
    return parts.error();
  }
  if (parts->host.empty()) {
    return error::endpoint_without_host;
  }
  if (parts->bracketed ? !is_ipv6_literal(parts->host) : !is_host_name(parts->host)) {
    return error::endpoint_with_bad_host;
  }
  const auto port = parse_port(parts->port);
  if (!port) {
    return port.error();
  }
  return endpoint{endpoint::transport_kind::tcp, std::string{parts->host}, *port, {}};
}

// One byte of sun_path is for the NUL behind a path; an abstract name has it in the place of the @.
constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;

boost::system::result<endpoint> parse_ipc(std::string_view text) {
  if (text.empty() || text == "@") {
    return error::endpoint_without_path;
  }
  if (!text.starts_with('/') && !text.starts_with('@')) {
    return error::endpoint_with_relative_path;
  }
  if (text.find('\0') != std::string_view::npos) {
    return error::endpoint_with_nul;
  }
  if (text.size() > longest_path) {
    return error::endpoint_with_long_path;
  }
  return endpoint{endpoint::transport_kind::ipc, {}, 0, std::string{text}};
}

std::string tcp_text(const tcp_address& address) {
  const auto host = address.address().to_string();
  const auto shown = address.address().is_v6() ? "[" + host + "]" : host;
  return "tcp://" + shown + ":" + std::to_string(address.port());
}

}  // namespace

boost::system::result<endpoint> parse_endpoint(std::string_view text) {
  constexpr std::string_view separator = "://";
  const auto transport_end = text.find(separator);
  if (transport_end == std::string_view::npos || transport_end == 0) {
    return error::endpoint_without_transport;
  }
  const auto transport = text.substr(0, transport_end);
  const auto rest = text.substr(transport_end + separator.size());
  if (transport == "tcp") {
    return parse_tcp(rest);
  }
  if (transport == "ipc") {
    return parse_ipc(rest);
  }
  return error::endpoint_with_unknown_transport;
}

stream_address unix_address(std::string_view path) {
  std::string name{path};
  if (name.starts_with('@')) {
    name.front() = '\0';
  }
  return boost::asio::local::stream_protocol::endpoint(name);
}

std::string path_of(const stream_address& unix_socket) {
  sockaddr_un name{};
  constexpr auto head = offsetof(sockaddr_un, sun_path);
  const auto bytes = std::clamp(unix_socket.size(), head, sizeof name);
  std::memcpy(&name, unix_socket.data(), bytes);
  std::string path(name.sun_path, bytes - head);
  if (path.starts_with('\0')) {
    path.front() = '@';
    return path;
  }
  return path.c_str();  // without the NUL that the kernel counts in
}

tcp_address tcp_part(const stream_address& address) noexcept {
  tcp_address result;
  const auto family = address.protocol().family();
  if ((family == AF_INET || family == AF_INET6) && address.size() <= result.capacity()) {
    std::memcpy(result.data(), address.data(), address.size());
  }
  return result;
}

std::string to_text(const stream_address& address) {
  return is_unix(address) ? "ipc://" + path_of(address) : tcp_text(tcp_part(address));
}

}  // namespace millrace::engine
