#include "engine/threads/io_pool.hpp"

#include <algorithm>
#include <system_error>

namespace millrace::engine {

io_pool::io_pool(std::size_t count) {
  threads_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    threads_.push_back(std::make_unique<io_thread>());
  }
}

bool io_pool::complete() const noexcept {
  return std::ranges::all_of(threads_, [](const auto& each) { return each->runs(); });
}

std::size_t io_pool::least_loaded() const noexcept {
  const auto least = std::ranges::min_element(threads_, {}, [](const auto& each) {
    return each->loop().load.load(std::memory_order_relaxed);
  });
  return static_cast<std::size_t>(least - threads_.begin());
}

void io_pool::stop() {
  for (const auto& each : threads_) {
    each->stop();
  }
}

}  // namespace millrace::engine
