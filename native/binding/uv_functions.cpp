#include "binding/uv_functions.hpp"

#include <dlfcn.h>

#include <optional>

namespace millrace::binding {
namespace {

template <class Function>
bool look_up(Function& slot, const char* name) noexcept {
  slot = reinterpret_cast<Function>(::dlsym(RTLD_DEFAULT, name));
  return slot != nullptr;
}

std::optional<uv_functions> look_up_all() noexcept {
  uv_functions uv{};
  const bool complete =
      look_up(uv.handle_size, "uv_handle_size") &&
      look_up(uv.handle_get_data, "uv_handle_get_data") &&
      look_up(uv.handle_set_data, "uv_handle_set_data") && look_up(uv.close, "uv_close") &&
      look_up(uv.ref, "uv_ref") && look_up(uv.unref, "uv_unref") &&
      look_up(uv.async_init, "uv_async_init") && look_up(uv.async_send, "uv_async_send") &&
      look_up(uv.check_init, "uv_check_init") && look_up(uv.check_start, "uv_check_start") &&
      look_up(uv.prepare_init, "uv_prepare_init") &&
      look_up(uv.prepare_start, "uv_prepare_start") && look_up(uv.idle_init, "uv_idle_init") &&
      look_up(uv.idle_start, "uv_idle_start") && look_up(uv.idle_stop, "uv_idle_stop") &&
      look_up(uv.timer_init, "uv_timer_init") && look_up(uv.timer_start, "uv_timer_start") &&
      look_up(uv.update_time, "uv_update_time") && look_up(uv.poll_init, "uv_poll_init") &&
      look_up(uv.poll_start, "uv_poll_start") && look_up(uv.poll_stop, "uv_poll_stop");
  return complete ? std::optional{uv} : std::nullopt;
}

}  // namespace

const uv_functions* find_uv() noexcept {
  static const auto found = look_up_all();
  return found ? &*found : nullptr;
}

}  // namespace millrace::binding
