#include "binding/outgoing.hpp"

#include <boost/container/small_vector.hpp>

namespace millrace::binding {
namespace {

engine::bytes_view view_of(napi_env env, napi_value array) noexcept {
  void* data = nullptr;
  std::size_t bytes = 0;
  napi_get_typedarray_info(env, array, nullptr, &bytes, &data, nullptr, nullptr);
  return {static_cast<const std::byte*>(data), bytes};
}

}  // namespace

engine::send_result send_bytes(napi_env env, engine::message_socket& socket, wire::routing_id to,
                               napi_value bytes) {
  const auto view = view_of(env, bytes);
  return socket.send(to, {&view, 1});
}

engine::send_result send_text(napi_env env, engine::message_socket& socket, wire::routing_id to,
                              napi_value text) {
  std::size_t bytes = 0;
  napi_get_value_string_utf8(env, text, nullptr, 0, &bytes);
  constexpr std::size_t terminator = 1;  // Node-API always writes one
  engine::send_result result{};
  auto* const room = socket.begin_send(to, bytes, terminator, result);
  if (!room) {
    return result;
  }
  napi_get_value_string_utf8(env, text, reinterpret_cast<char*>(room), bytes + terminator, &bytes);
  return socket.finish_send(to, bytes);
}

engine::send_result send_list(napi_env env, engine::message_socket& socket, wire::routing_id to,
                              napi_value list) {
  std::uint32_t count = 0;
  napi_get_array_length(env, list, &count);
  boost::container::small_vector<engine::bytes_view, 16> views;
  views.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    napi_value chunk = nullptr;
    napi_get_element(env, list, i, &chunk);
    views.push_back(view_of(env, chunk));
  }
  return socket.send(to, {views.data(), views.size()});
}

}  // namespace millrace::binding
