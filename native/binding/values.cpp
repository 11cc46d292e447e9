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

// Node-API has no call that asks; this one does nothing else.
bool may_call_javascript(napi_env env) noexcept {
  napi_value undefined = nullptr;
  napi_value answer = nullptr;
  napi_get_undefined(env, &undefined);
  return napi_coerce_to_bool(env, undefined, &answer) == napi_ok;
}

}  // namespace millrace::binding
