#include "binding/thread_host.hpp"

#include "binding/values.hpp"

namespace millrace::binding {

thread_host::thread_host(napi_env env, open_handles& handles, std::size_t threads)
    : env_(env),
      handles_(handles),
      wake_(handles, uv_handle_kind::async, this),
      prepare_(handles, uv_handle_kind::prepare, this),
      pool_(threads) {
  const auto& uv = handles.uv();
  uv.async_init(handles.loop(), wake_.get(), [](uv_handle* handle) { of(handle)->deliver(); });
  wake_.initialized();
  uv.prepare_init(handles.loop(), prepare_.get());
  prepare_.initialized();
  uv.prepare_start(prepare_.get(), [](uv_handle* handle) { of(handle)->hand_over(); });
}

thread_host* thread_host::of(uv_handle* handle) {
  return static_cast<thread_host*>(find_uv()->handle_get_data(handle));
}

std::unique_ptr<engine::message_socket> thread_host::make_socket(
    engine::memory_source& memory, engine::wakeup& owner, const engine::socket_options& options,
    wire::routing_id first_id) {
  engine::application_bell& bell = *this;
  auto made = std::make_unique<listed_socket>(pool_, bell, memory, owner, options, first_id);
  sockets_.push_back(*made);
  return made;
}

void thread_host::hold_process() noexcept {
  if (holds_++ == 0) {
    handles_.uv().ref(wake_.get());
  }
}

void thread_host::let_process_go() noexcept {
  if (--holds_ == 0) {
    handles_.uv().unref(wake_.get());
  }
}

void thread_host::stop() noexcept {
  hand_over();
  pool_.stop();
}

void thread_host::hand_over() noexcept {
  for (auto& each : sockets_) {
    each.flush();
  }
}

void thread_host::deliver() {
  napi_handle_scope scope = nullptr;
  napi_open_handle_scope(env_, &scope);
  if (may_call_javascript(env_)) {
    bool more = false;
    for (auto& each : sockets_) {
      more |= each.deliver();
    }
    if (more) {
      ring();
    }
  }
  napi_close_handle_scope(env_, scope);
}

}  // namespace millrace::binding
