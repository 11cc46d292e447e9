#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "engine/connection/memory.hpp"

namespace millrace::testing {

// Blocks on the heap, as a program without JavaScript would lend them. Outlives its blocks.
class heap_memory final : public engine::memory_source {
 public:
  engine::block_ptr allocate(std::size_t bytes) noexcept override {
    if (exhausted) {
      return nullptr;
    }
    sizes.push_back(bytes);
    return std::make_shared<block>(*this, bytes);
  }

  std::vector<std::size_t> sizes;  // of every block lent so far
  std::size_t held_bytes = 0;      // of those that are still in use
  bool exhausted = false;
  bool writable = true;

 private:
  class block final : public engine::memory_block {
   public:
    block(heap_memory& source, std::size_t bytes)
        : block(source, std::make_unique<std::byte[]>(bytes), bytes) {}
    ~block() override { source_.held_bytes -= bytes().size(); }
    bool writable() const noexcept override { return source_.writable; }

   private:
    block(heap_memory& source, std::unique_ptr<std::byte[]> memory, std::size_t bytes)
        : memory_block({memory.get(), bytes}), source_(source), memory_(std::move(memory)) {
      source_.held_bytes += bytes;
    }

    heap_memory& source_;
    std::unique_ptr<std::byte[]> memory_;
  };
};

}  // namespace millrace::testing
