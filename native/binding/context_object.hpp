#pragma once

#include <napi.h>

#include <memory>

#include "binding/environment.hpp"
#include "binding/socket_host.hpp"

namespace millrace::binding {

// The native part of a Context: new NativeContext(ioThreads, spinMicros). Its sockets share the host,
// so that it lives until the last of them has gone.
class context_object final : public Napi::ObjectWrap<context_object>,
                             private ending_with_environment {
 public:
  static Napi::Function define(Napi::Env env);

  explicit context_object(const Napi::CallbackInfo& info);

  // Null once the environment has ended.
  const std::shared_ptr<socket_host>& host() const noexcept { return host_; }

 private:
  void stop(const Napi::CallbackInfo& info);
  order ends() const noexcept override { return order::second; }
  void end() noexcept override;

  std::shared_ptr<socket_host> host_;
};

}  // namespace millrace::binding
