#include "binding/values.hpp"

#include <boost/asio/ip/address.hpp>

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

engine::stream_address read_address(const Napi::Object& from) {
  if (const auto path = from.Get("path"); path.IsString()) {
    return engine::unix_address(path.As<Napi::String>().Utf8Value());
  }
  engine::error_code unreadable;
  const auto host = from.Get("address").As<Napi::String>().Utf8Value();
  return engine::tcp_address{
      boost::asio::ip::make_address(host, unreadable),
      static_cast<std::uint16_t>(from.Get("port").As<Napi::Number>().Uint32Value())};
}

void set_address(Napi::Object& to, const engine::tcp_address& address) {
  if (address.port() == 0) {
    return;
  }
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
