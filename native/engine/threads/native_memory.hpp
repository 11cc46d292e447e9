#pragma once

#include <memory>
#include <new>

#include "engine/connection/memory.hpp"

namespace millrace::engine {

// Blocks of the process's own heap, which I/O threads decode into. Any thread may let go of them.
class native_memory final : public memory_source {
 public:
  block_ptr allocate(std::size_t bytes) noexcept override {
    auto* const memory = new (std::nothrow) std::byte[bytes];
    return memory ? std::make_shared<block>(memory, bytes) : nullptr;
  }

 private:
  class block final : public memory_block {
   public:
    block(std::byte* memory, std::size_t bytes) : memory_block({memory, bytes}), owner_(memory) {}

   private:
    std::unique_ptr<std::byte[]> owner_;
  };
};

}  // namespace millrace::engine
