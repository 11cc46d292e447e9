#include "binding/context_object.hpp"

#include "binding/event_loop.hpp"
#include "binding/thread_host.hpp"

namespace millrace::binding {

Napi::Function context_object::define(Napi::Env env) {
  return DefineClass(env, "NativeContext", {InstanceMethod<&context_object::stop>("stop")});
}

context_object::context_object(const Napi::CallbackInfo& info)
    : ObjectWrap(info), ending_with_environment(environment::of(info.Env())) {
  auto* const handles = home().handles();
  if (!handles) {
    Napi::Error::New(info.Env(), "this runtime has no libuv that millrace could run on")
        .ThrowAsJavaScriptException();
    return;
  }
  const auto threads = info[0].As<Napi::Number>().Uint32Value();
  if (threads == 0) {
    const std::chrono::microseconds spin{info[1].As<Napi::Number>().Int64Value()};
    host_ = std::make_shared<event_loop>(info.Env(), *handles, spin);
    return;
  }
  auto host = std::make_shared<thread_host>(info.Env(), *handles, threads);
  if (!host->complete()) {
    Napi::Error::New(info.Env(), "descriptors ran out").ThrowAsJavaScriptException();
    return;
  }
  host_ = std::move(host);
}

void context_object::stop(const Napi::CallbackInfo& /*info*/) { end(); }

// Its sockets have ended, or will do nothing any more.
void context_object::end() noexcept {
  if (host_) {
    host_->stop();
  }
  host_.reset();
}

}  // namespace millrace::binding
