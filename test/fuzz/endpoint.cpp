// Any text as an endpoint: what is taken can be written again and means the same.
#include "engine/endpoint.hpp"

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using millrace::engine::endpoint;
using millrace::engine::parse_endpoint;

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

std::string written(const endpoint& from) {
  const bool is_ipv6 = from.host.find(':') != std::string::npos;
  const auto host = is_ipv6 ? "[" + from.host + "]" : from.host;
  return "tcp://" + host + ":" + std::to_string(from.port);
}

void check_same(const std::string& text, const endpoint& expected) {
  const auto again = parse_endpoint(text);
  require(again.has_value());
  require(again->host == expected.host);
  require(again->port == expected.port);
}

// An address is shown in its shortest form, which stays the same from then on.
void check_address(const endpoint& from) {
  millrace::engine::error_code failure;
  const auto address = boost::asio::ip::make_address(from.host, failure);
  if (!failure) {
    check_same(millrace::engine::to_text(millrace::engine::tcp_address(address, from.port)),
               {from.transport, address.to_string(), from.port, {}});
  }
}

// A path stays as it was, on the way through the kernel's form too.
void check_path(const endpoint& from, std::string_view text) {
  require(from.host.empty() && from.path.find('\0') == std::string::npos);
  require(from.path.starts_with('/') || (from.path.starts_with('@') && from.path.size() > 1));
  require(millrace::engine::to_text(millrace::engine::unix_address(from.path)) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = parse_endpoint({reinterpret_cast<const char*>(data), size});
  if (!parsed) {
    require(millrace::engine::stable_name(parsed.error()) != nullptr);
    return 0;
  }
  if (parsed->transport == endpoint::transport_kind::ipc) {
    check_path(*parsed, {reinterpret_cast<const char*>(data), size});
    return 0;
  }
  require(!parsed->host.empty());
  require(parsed->host.find_first_of(std::string_view("/[] \0", 5)) == std::string::npos);
  check_same(written(*parsed), *parsed);
  check_address(*parsed);
  return 0;
}
