#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <vector>

#include "connection.hpp"

namespace load {

// Says which connections may have something to receive or room to send, edge-triggered: a connection is to be received
// from until a receive comes back short.
class poller {
 public:
  poller(const std::vector<connection>& connections, bool spin);

  // Waits for `timeout_ns` at most, not at all when spinning. Valid until the next call.
  const std::vector<std::uint32_t>& wait(std::int64_t timeout_ns);

 private:
  // A receive that finds nothing costs less than to ask epoll, while they are few.
  static constexpr std::size_t max_unasked = 2;

  void add(const connection& which, std::uint32_t index);

  descriptor epoll_;
  bool spin_;
  bool unasked_;
  std::vector<epoll_event> events_;
  std::vector<std::uint32_t> ready_;
};

}  // namespace load
