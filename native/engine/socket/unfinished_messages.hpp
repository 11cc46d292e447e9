#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <mutex>

#include "engine/readiness.hpp"
#include "wire/routing_id.hpp"

namespace millrace::engine {

// The memory of all messages of one socket that have not completely arrived, and the bound for it.
// Any thread; it is asked when such a message begins, takes more memory or is complete.
class unfinished_messages {
 public:
  explicit unfinished_messages(std::uint64_t bound) noexcept : bound_(bound) {}

  // The message of `from` takes so much memory now, and so much of it has arrived. Answers who is to
  // be closed for it, `nobody` as long as the bound holds: the one whose message comes slowest since
  // it began, which is hardly ever one that has just begun.
  wire::routing_id grow(wire::routing_id from, std::uint64_t memory_bytes,
                        std::uint64_t arrived_bytes, time_point now);
  void end(wire::routing_id from);

  std::uint64_t bytes() const;

 private:
  struct message {
    std::uint64_t memory_bytes = 0;
    std::uint64_t arrived_bytes = 0;
    time_point began;
  };
  static double speed(const message& of, time_point now) noexcept;

  const std::uint64_t bound_;
  mutable std::mutex mutex_;
  std::uint64_t bytes_ = 0;
  boost::unordered_flat_map<wire::routing_id, message> all_;
};

}  // namespace millrace::engine
