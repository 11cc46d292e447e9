#include "binding/slabs.hpp"

namespace millrace::binding {

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

slab_source::slab_source(napi_env env, napi_value make_buffer) noexcept : env_(env) {
  napi_create_reference(env, make_buffer, 1, &make_buffer_);
}

slab_source::~slab_source() { napi_delete_reference(env_, make_buffer_); }

engine::block_ptr slab_source::allocate(std::size_t bytes) noexcept {
  const auto buffer = call_make_buffer(bytes);
  void* memory = nullptr;
  napi_ref reference = nullptr;
  if (!buffer || napi_get_arraybuffer_info(env_, buffer, &memory, nullptr) != napi_ok ||
      napi_create_reference(env_, buffer, 1, &reference) != napi_ok) {
    return nullptr;
  }
  const std::span room{static_cast<std::byte*>(memory), bytes};
  return std::make_shared<array_buffer_block>(env_, reference, room, pinned_);
}

// Null when there is no memory.
napi_value slab_source::call_make_buffer(std::size_t bytes) noexcept {
  napi_value function = nullptr;
  napi_value receiver = nullptr;
  napi_value size = nullptr;
  napi_value buffer = nullptr;
  napi_get_reference_value(env_, make_buffer_, &function);
  napi_get_undefined(env_, &receiver);
  napi_create_double(env_, static_cast<double>(bytes), &size);
  if (napi_call_function(env_, receiver, function, 1, &size, &buffer) != napi_ok) {
    napi_value thrown = nullptr;
    napi_get_and_clear_last_exception(env_, &thrown);
    return nullptr;
  }
  return buffer;
}

}  // namespace millrace::binding
