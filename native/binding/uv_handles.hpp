#pragma once

#include "binding/uv_functions.hpp"

namespace millrace::binding {

// The libuv handles of one environment that are not closed yet. Closing takes until the loop's next
// round, so the environment may end only when there is none left.
class open_handles {
 public:
  open_handles(const uv_functions& uv, uv_loop_s* loop) noexcept : uv_(uv), loop_(loop) {}
  open_handles(const open_handles&) = delete;
  open_handles& operator=(const open_handles&) = delete;
  ~open_handles() = default;

  const uv_functions& uv() const noexcept { return uv_; }
  uv_loop_s* loop() const noexcept { return loop_; }

  // `done` is called once, when the last handle has been closed; at once if there is none.
  using callback = void (*)(void* argument);
  void when_empty(callback done, void* argument) noexcept;

  void opened() noexcept { ++count_; }
  void closed() noexcept;

 private:
  const uv_functions& uv_;
  uv_loop_s* loop_;
  int count_ = 0;
  callback done_ = nullptr;
  void* argument_ = nullptr;
};

// Owns one libuv handle, which carries a pointer to `owner` and does not keep the loop alive. Its
// memory goes when libuv has let go of it.
class owned_handle {
 public:
  owned_handle(open_handles& all, uv_handle_kind kind, void* owner);
  owned_handle(const owned_handle&) = delete;
  owned_handle& operator=(const owned_handle&) = delete;
  ~owned_handle();

  uv_handle* get() const noexcept { return handle_; }
  // After uv_*_init has succeeded; before, the destructor only frees the memory.
  void initialized() noexcept;

 private:
  struct block;

  static void on_closed(uv_handle* handle);

  open_handles& all_;
  void* owner_;
  block* block_;
  uv_handle* handle_;
  bool initialized_ = false;
};

}  // namespace millrace::binding
