#include "engine/error.hpp"

#include <array>
#include <string>

namespace millrace::engine {
namespace {

struct entry {
  const char* name;
  const char* sentence;
};

constexpr const char* invalid_endpoint = "ERR_MILLRACE_INVALID_ENDPOINT";
constexpr const char* invalid_option = "ERR_MILLRACE_INVALID_OPTION";

// One row for each value of `error`, in its order.
constexpr std::array<entry, 24> table{{
    {"OK", "no error"},
    {"PEER_CLOSED", "the peer closed the connection"},
    {"LOCAL_CLOSED", "this side closed the connection"},
    {"EMSGSIZE", "the peer announced a message longer than maxMessageSize"},
    {"PROTOCOL", "the peer broke the protocol"},
    {"TIMEOUT", "the peer made no progress for too long"},
    {"BACKPRESSURE", "the peer read too slowly and its queue reached maxBufferedBytes"},
    {"RESOURCES", "memory for this connection ran out"},
    {invalid_endpoint, "it names no transport"},
    {invalid_endpoint, "its transport is unknown; this build knows tcp and ipc"},
    {invalid_endpoint, "it names no host"},
    {invalid_endpoint, "its host is neither a name nor an address (IPv6 addresses stand in [])"},
    {invalid_endpoint, "its port is not a number from 0 to 65535 or *"},
    {invalid_endpoint, "a path has no meaning on this transport"},
    {invalid_endpoint, "connecting takes a host and a port other than * and 0"},
    {invalid_endpoint, "it names no path; ipc takes ipc:///path or ipc://@name"},
    {invalid_endpoint, "its path is not absolute; ipc takes ipc:///path or ipc://@name"},
    {invalid_endpoint, "its path holds a NUL"},
    {invalid_endpoint, "its path is longer than the 107 bytes that a unix socket takes"},
    {invalid_option, "the descriptor that fd names is not listening"},
    {invalid_option, "the descriptor that fd names belongs to another transport than the endpoint"},
    {"ERR_MILLRACE_ROUTING_ID_IN_USE", "the routing id is in use"},
    {"ERR_MILLRACE_ROUTING_ID_IN_USE", "every routing id is in use"},
    {"ERR_MILLRACE_CLOSED", "the socket is closed"},
}};

// Nothing is deleted through Boost's base class: its destructor is protected.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

class millrace_category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "millrace"; }

  std::string message(int value) const override {
    return table.at(static_cast<std::size_t>(value)).sentence;
  }
};

#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& category() noexcept {
  // Never destroyed: threads may still compare errors while the process exits.
  static const auto& instance = *new millrace_category;
  return instance;
}

const char* stable_name(const error_code& code) noexcept {
  if (code.category() != category()) {
    return nullptr;
  }
  return table.at(static_cast<std::size_t>(code.value())).name;
}

}  // namespace millrace::engine
