#include <napi.h>

#include "binding/context_object.hpp"
#include "binding/environment.hpp"
#include "binding/stream_socket_object.hpp"
#include "binding/values.hpp"
#include "engine/endpoint.hpp"

namespace millrace::binding {
namespace {

// { transport, host, port } or { error }
Napi::Value parse_endpoint(const Napi::CallbackInfo& info) {
  const auto text = info[0].As<Napi::String>().Utf8Value();
  const auto parsed = engine::parse_endpoint(text);
  if (!parsed) {
    return failed(info.Env(), parsed.error());
  }
  auto result = Napi::Object::New(info.Env());
  if (parsed->transport == engine::endpoint::transport_kind::ipc) {
    result.Set("transport", "ipc");
    result.Set("path", parsed->path);
    return result;
  }
  result.Set("transport", "tcp");
  result.Set("host", parsed->host);
  result.Set("port", parsed->port);
  return result;
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  auto home = std::make_shared<environment>(env);
  env.SetInstanceData(new std::shared_ptr<environment>(std::move(home)));
  exports.Set("NativeContext", context_object::define(env));
  exports.Set("NativeSocket", stream_socket_object::define(env));
  exports.Set("parseEndpoint", Napi::Function::New<parse_endpoint>(env, "parseEndpoint"));
  return exports;
}

}  // namespace

NODE_API_MODULE(millrace, initialize)

}  // namespace millrace::binding
