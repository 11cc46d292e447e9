#include "binding/context_object.hpp"

namespace millrace::binding {

Napi::Function context_object::define(Napi::Env env) {
  return DefineClass(env, "NativeContext", {});
}

context_object::context_object(const Napi::CallbackInfo& info)
    : ObjectWrap(info), ending_with_environment(environment::of(info.Env())) {
  auto* const handles = home().handles();
  if (!handles) {
    Napi::Error::New(info.Env(), "this runtime has no libuv that millrace could run on")
        .ThrowAsJavaScriptException();
    return;
  }
  const std::chrono::microseconds spin{info[0].As<Napi::Number>().Int64Value()};
  loop_ = std::make_shared<event_loop>(info.Env(), *handles, spin);
}

}  // namespace millrace::binding
