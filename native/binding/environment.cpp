#include "binding/environment.hpp"

namespace millrace::binding {

environment::environment(Napi::Env env) {
  uv_loop_s* loop = nullptr;
  const auto* const uv = find_uv();
  if (uv && napi_get_uv_event_loop(env, &loop) == napi_ok && loop) {
    handles_ = std::make_unique<open_handles>(*uv, loop);
    napi_add_async_cleanup_hook(env, &environment::on_cleanup, this, nullptr);
  }
}

void environment::on_cleanup(napi_async_cleanup_hook_handle hook, void* self) {
  auto& home = *static_cast<environment*>(self);
  home.end();
  home.handles_->when_empty(
      [](void* handle) {
        napi_remove_async_cleanup_hook(static_cast<napi_async_cleanup_hook_handle>(handle));
      },
      hook);
}

void environment::end() {
  for (const auto stage :
       {ending_with_environment::order::first, ending_with_environment::order::second}) {
    for (auto* const object : objects_) {
      if (object->ends() == stage) {
        object->end();
      }
    }
  }
}

}  // namespace millrace::binding
