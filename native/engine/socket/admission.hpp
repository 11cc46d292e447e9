#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <mutex>

#include "engine/endpoint.hpp"

namespace millrace::engine {

// Counts the connections of one socket and says whether there is room for another: in all, at one
// listener, from one address. Any thread; it is asked once for a connection.
class admission {
 public:
  // 0: no limit.
  struct limits {
    std::uint64_t connections;
    std::uint64_t per_address;
  };
  explicit admission(const limits& most) noexcept : most_(most) {}

  // `listener_limit` is the most that this listener may have, 0 for no limit.
  bool admit(std::uint32_t listener, std::uint64_t listener_limit, const tcp_address& remote);
  // A connection that this side has made is always let in. Its listener is 0.
  void enter();
  void leave(std::uint32_t listener, const tcp_address& remote);

  std::uint64_t connections() const;

 private:
  // An IPv4 address as its IPv4-mapped IPv6 address; of others the first 64 bits, which is what one
  // customer of a provider has to himself (RFC 6177).
  using origin = std::array<unsigned char, 16>;
  static origin origin_of(const tcp_address& remote);

  limits most_;
  mutable std::mutex mutex_;
  std::uint64_t connections_ = 0;
  boost::unordered_flat_map<std::uint32_t, std::uint64_t> of_listener_;
  boost::unordered_flat_map<origin, std::uint64_t> of_origin_;
};

}  // namespace millrace::engine
