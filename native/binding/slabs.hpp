#pragma once

#include <node_api.h>

#include <cstdint>

#include "engine/connection/memory.hpp"

namespace millrace::binding {

// Memory of JavaScript's heap: an ArrayBuffer that stays alive with the block.
class array_buffer_block final : public engine::memory_block {
 public:
  array_buffer_block(napi_env env, napi_ref buffer, std::span<std::byte> bytes,
                     std::uint64_t& pinned) noexcept;
  ~array_buffer_block() override;

  // JavaScript may have detached it (ArrayBuffer.prototype.transfer).
  bool writable() const noexcept override;
  napi_value value() const noexcept;

 private:
  napi_env env_;
  napi_ref buffer_;
  std::uint64_t& pinned_;
};

// Where the messages of one socket are decoded to. Used within a turn, in a handle scope.
//
// `make_buffer(bytes)` returns an ArrayBuffer whose content is undefined: Node-API itself can only
// make zeroed ones, which costs a pass over memory that is about to be overwritten.
class slab_source final : public engine::memory_source {
 public:
  slab_source(napi_env env, napi_value make_buffer) noexcept;
  slab_source(const slab_source&) = delete;
  slab_source& operator=(const slab_source&) = delete;
  ~slab_source();

  engine::block_ptr allocate(std::size_t bytes) noexcept override;

  // Bytes in blocks that native code still writes to or has not handed over.
  std::uint64_t pinned() const noexcept { return pinned_; }

 private:
  napi_value call_make_buffer(std::size_t bytes) noexcept;

  napi_env env_;
  napi_ref make_buffer_ = nullptr;
  std::uint64_t pinned_ = 0;
};

}  // namespace millrace::binding
