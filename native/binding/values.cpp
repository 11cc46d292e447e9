#include "binding/values.hpp"

namespace millrace::binding {

Napi::Object to_object(Napi::Env env, const engine::error_code& failure) {
  auto result = Napi::Object::New(env);
  if (const auto* const name = engine::stable_name(failure)) {
    result.Set("code", name);
  } else {
    result.Set("errno", failure.value());
  }
  result.Set("message", failure.message());
  return result;
}

Napi::Object failed(Napi::Env env, const engine::error_code& failure) {
  auto result = Napi::Object::New(env);
  result.Set("error", to_object(env, failure));
  return result;
}

void set_address(Napi::Object& to, const engine::tcp_address& address) {
  to.Set("address", address.address().to_string());
  to.Set("port", address.port());
}

}  // namespace millrace::binding
