#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

#include "engine/endpoint.hpp"

namespace millrace::engine {

// The most connections that descriptors allow, less what is left to the rest of the process.
std::uint32_t connections_by_descriptor_limit() noexcept;

// Who is let in: counts connections, all together and by remote address, against their limits.
// Any thread may call it; it is asked once when a connection begins and once when it ends.
class admission {
 public:
  // 0 is no limit.
  struct limits {
    std::uint32_t connections = 0;
    std::uint32_t per_address = 0;
  };

  explicit admission(const limits& most) noexcept : most_(most) {}

  // Counts an incoming connection if there is room for it.
  bool admit(const tcp_address& remote);
  // Counts one that this side has made, which is never refused and belongs to no address.
  void count();

  void leave_admitted(const tcp_address& remote);
  void leave_counted();

  std::size_t connections() const;

 private:
  // An IPv4 address, or an IPv6 network of 64 bits: one client has many addresses in its own.
  using origin = std::pair<bool, std::uint64_t>;  // whether IPv6, and its bits

  static origin origin_of(const tcp_address& remote);

  limits most_;
  mutable std::mutex mutex_;
  std::size_t connections_ = 0;
  boost::unordered_flat_map<origin, std::uint32_t> by_origin_;  // only with a limit
};

}  // namespace millrace::engine
