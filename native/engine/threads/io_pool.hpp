#pragma once

#include <memory>
#include <vector>

#include "engine/threads/io_thread.hpp"

namespace millrace::engine {

// The I/O threads of one Context. Made, stopped and destroyed on the application's thread.
class io_pool {
 public:
  explicit io_pool(std::size_t count);

  // False when descriptors or threads ran out while it was made.
  bool complete() const noexcept;
  std::size_t size() const noexcept { return threads_.size(); }
  io_thread& at(std::size_t index) noexcept { return *threads_[index]; }
  // The index of the thread with the fewest connections; any thread.
  std::size_t least_loaded() const noexcept;
  void stop();

 private:
  std::vector<std::unique_ptr<io_thread>> threads_;
};

}  // namespace millrace::engine
