#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace millrace::engine {

// A block that messages are decoded into and that the application receives.
class memory_block {
 public:
  explicit memory_block(std::span<std::byte> bytes) noexcept : bytes_(bytes) {}
  memory_block(const memory_block&) = delete;
  memory_block& operator=(const memory_block&) = delete;
  virtual ~memory_block() = default;

  std::span<std::byte> bytes() const noexcept { return bytes_; }

  // Whether it can still be written to, asked once the application has seen a part of it.
  virtual bool writable() const noexcept { return true; }

 private:
  std::span<std::byte> bytes_;
};

using block_ptr = std::shared_ptr<memory_block>;

// Where such blocks come from: JavaScript's heap, or ours.
class memory_source {
 public:
  // Null when there is no memory. Its content is undefined.
  virtual block_ptr allocate(std::size_t bytes) noexcept = 0;

 protected:
  ~memory_source() = default;
};

}  // namespace millrace::engine
