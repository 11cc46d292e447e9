#include "binding/slabs.hpp"

namespace millrace::binding {

engine::block_ptr array_buffer_block::make(napi_env env, std::size_t bytes,
                                           std::uint64_t& pinned) noexcept {
  napi_value buffer = nullptr;
  void* memory = nullptr;
  napi_ref reference = nullptr;
  if (napi_create_arraybuffer(env, bytes, &memory, &buffer) != napi_ok ||
      napi_create_reference(env, buffer, 1, &reference) != napi_ok) {
    return nullptr;
  }
  const std::span room{static_cast<std::byte*>(memory), bytes};
  return std::make_shared<array_buffer_block>(env, reference, room, pinned);
}

array_buffer_block::array_buffer_block(napi_env env, napi_ref buffer, std::span<std::byte> bytes,
                                       std::uint64_t& pinned) noexcept
    : memory_block(bytes), env_(env), buffer_(buffer), pinned_(pinned) {
  pinned_ += bytes.size();
}

array_buffer_block::~array_buffer_block() {
  pinned_ -= bytes().size();
  napi_delete_reference(env_, buffer_);
}

bool array_buffer_block::writable() const noexcept {
  bool detached = true;
  napi_is_detached_arraybuffer(env_, value(), &detached);
  return !detached;
}

napi_value array_buffer_block::value() const noexcept {
  napi_value buffer = nullptr;
  napi_get_reference_value(env_, buffer_, &buffer);
  return buffer;
}

}  // namespace millrace::binding
