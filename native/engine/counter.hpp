#pragma once

#include <atomic>
#include <cstdint>

namespace millrace::engine {

// Counts on one thread; any thread may read it. Costs no more than a plain number, since only its
// owner writes.
class counter {
 public:
  void add(std::uint64_t amount) noexcept {
    value_.store(value() + amount, std::memory_order_relaxed);
  }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace millrace::engine
