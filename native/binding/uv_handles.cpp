#include "binding/uv_handles.hpp"

#include <cstdlib>
#include <new>

namespace millrace::binding {

// Behind this header lies libuv's handle.
struct alignas(std::max_align_t) owned_handle::block {
  open_handles* all;
};

void open_handles::when_empty(callback done, void* argument) noexcept {
  done_ = done;
  argument_ = argument;
  if (count_ == 0) {
    done_(argument_);
  }
}

void open_handles::closed() noexcept {
  if (--count_ == 0 && done_) {
    done_(argument_);
  }
}

owned_handle::owned_handle(open_handles& all, uv_handle_kind kind, void* owner)
    : all_(all), owner_(owner) {
  const auto bytes = sizeof(block) + all.uv().handle_size(static_cast<int>(kind));
  auto* const memory = std::calloc(1, bytes);
  if (!memory) {
    throw std::bad_alloc();
  }
  block_ = new (memory) block{&all};
  handle_ = reinterpret_cast<uv_handle*>(block_ + 1);
}

owned_handle::~owned_handle() {
  if (!initialized_) {
    std::free(block_);
    return;
  }
  all_.uv().handle_set_data(handle_, nullptr);
  all_.uv().close(handle_, &owned_handle::on_closed);
}

void owned_handle::initialized() noexcept {
  initialized_ = true;
  all_.opened();
  all_.uv().handle_set_data(handle_, owner_);
  all_.uv().unref(handle_);
}

void owned_handle::on_closed(uv_handle* handle) {
  auto* const memory = reinterpret_cast<block*>(handle) - 1;
  auto& all = *memory->all;
  std::free(memory);
  all.closed();
}

}  // namespace millrace::binding
