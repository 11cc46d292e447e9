#pragma once

#include <cstddef>
#include <cstdint>

struct uv_loop_s;

namespace millrace::binding {

struct uv_handle;  // libuv's types are opaque here: their sizes come from uv_handle_size

using uv_callback = void (*)(uv_handle*);
using uv_poll_callback = void (*)(uv_handle*, int status, int events);

// Values of libuv's ABI (uv.h, stable for all of 1.x).
enum class uv_handle_kind : int {
  async = 1,
  check = 2,
  idle = 6,
  poll = 8,
  prepare = 9,
  timer = 13
};
inline constexpr int uv_readable = 1;
inline constexpr int uv_writable = 2;

// What we use of libuv, looked up at run time: no package ships its headers, and runtimes without a
// complete libuv must still load the addon.
struct uv_functions {
  std::size_t (*handle_size)(int kind);
  void* (*handle_get_data)(const uv_handle*);
  void (*handle_set_data)(uv_handle*, void* data);
  void (*close)(uv_handle*, uv_callback);
  void (*ref)(uv_handle*);
  void (*unref)(uv_handle*);
  int (*async_init)(uv_loop_s*, uv_handle*, uv_callback);
  int (*async_send)(uv_handle*);  // any thread
  int (*check_init)(uv_loop_s*, uv_handle*);
  int (*check_start)(uv_handle*, uv_callback);
  int (*prepare_init)(uv_loop_s*, uv_handle*);
  int (*prepare_start)(uv_handle*, uv_callback);
  int (*idle_init)(uv_loop_s*, uv_handle*);
  int (*idle_start)(uv_handle*, uv_callback);
  int (*idle_stop)(uv_handle*);
  int (*timer_init)(uv_loop_s*, uv_handle*);
  int (*timer_start)(uv_handle*, uv_callback, std::uint64_t timeout_ms, std::uint64_t repeat_ms);
  void (*update_time)(uv_loop_s*);
  int (*poll_init)(uv_loop_s*, uv_handle*, int descriptor);
  int (*poll_start)(uv_handle*, int events, uv_poll_callback);
  int (*poll_stop)(uv_handle*);
};

// Null when the runtime lacks one of them.
const uv_functions* find_uv() noexcept;

}  // namespace millrace::binding
