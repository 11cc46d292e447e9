#pragma once

#include <napi.h>

#include "engine/endpoint.hpp"
#include "engine/error.hpp"

namespace millrace::binding {

// What JavaScript needs to build an error: { code } or { errno }, and the sentence.
Napi::Object to_object(Napi::Env env, const engine::error_code& failure);

// { error: to_object(failure) }
Napi::Object failed(Napi::Env env, const engine::error_code& failure);

// { address, port } or { path }. The facade gives addresses only; what cannot be read while a worker
// is being terminated is none.
engine::stream_address read_address(const Napi::Object& from);

// Adds `address` and `port`, unless it is none.
void set_address(Napi::Object& to, const engine::tcp_address& address);

// False once the environment ends, which lets the event loop go round a few times more.
bool may_call_javascript(napi_env env) noexcept;

// Reads the fields of an option structure from an object that the facade has filled completely.
template <class Options>
Options read_options(const Napi::Object& from) {
  Options options;
  options.for_each([&](const char* name, auto& field) {
    using field_type = std::remove_reference_t<decltype(field)>;
    field = static_cast<field_type>(from.Get(name).As<Napi::Number>().Int64Value());
  });
  return options;
}

}  // namespace millrace::binding
