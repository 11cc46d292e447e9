#pragma once

#include <napi.h>

#include <memory>

#include "binding/environment.hpp"
#include "binding/event_loop.hpp"

namespace millrace::binding {

// The native part of a Context without I/O threads: new NativeContext(spinMicros). Its sockets share
// the loop, so that it lives until the last of them has gone.
class context_object final : public Napi::ObjectWrap<context_object>,
                             private ending_with_environment {
 public:
  static Napi::Function define(Napi::Env env);

  explicit context_object(const Napi::CallbackInfo& info);

  // Null once the environment has ended.
  const std::shared_ptr<event_loop>& loop() const noexcept { return loop_; }

 private:
  order ends() const noexcept override { return order::second; }
  void end() noexcept override { loop_.reset(); }

  std::shared_ptr<event_loop> loop_;
};

}  // namespace millrace::binding
