#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "engine/connection/memory.hpp"

namespace millrace::engine {

// Blocks of the process's own heap, which I/O threads decode into. Any thread may let go of them, and
// they may outlive their source.
class native_memory final : public memory_source {
 public:
  block_ptr allocate(std::size_t bytes) noexcept override {
    auto* const memory = new (std::nothrow) std::byte[bytes];
    return memory ? std::make_shared<block>(memory, bytes, pinned_) : nullptr;
  }

  // Bytes in blocks that are in use; any thread.
  std::uint64_t pinned() const noexcept { return pinned_->load(std::memory_order_relaxed); }

 private:
  using sum = std::shared_ptr<std::atomic<std::uint64_t>>;

  class block final : public memory_block {
   public:
    block(std::byte* memory, std::size_t bytes, sum pinned)
        : memory_block({memory, bytes}), owner_(memory), pinned_(std::move(pinned)) {
      pinned_->fetch_add(bytes, std::memory_order_relaxed);
    }
    ~block() override { pinned_->fetch_sub(bytes().size(), std::memory_order_relaxed); }

   private:
    std::unique_ptr<std::byte[]> owner_;
    sum pinned_;
  };

  sum pinned_ = std::make_shared<std::atomic<std::uint64_t>>(0);
};

}  // namespace millrace::engine
