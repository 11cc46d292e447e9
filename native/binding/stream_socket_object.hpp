#pragma once

#include <napi.h>

#include <array>
#include <memory>
#include <optional>

#include "binding/delivery.hpp"
#include "binding/environment.hpp"
#include "binding/slabs.hpp"
#include "binding/socket_host.hpp"
#include "engine/socket/message_socket.hpp"

namespace millrace::binding {

// The native part of a StreamSocket: new NativeSocket(context, facade, deliver, options,
// firstId, makeBuffer).
// Arguments have been checked by the facade. Once the environment ends every method does nothing.
class stream_socket_object final : public Napi::ObjectWrap<stream_socket_object>,
                                   private ending_with_environment,
                                   private engine::wakeup {
 public:
  static Napi::Function define(Napi::Env env);

  explicit stream_socket_object(const Napi::CallbackInfo& info);
  ~stream_socket_object() override { close(); }

 private:
  Napi::Value listen(const Napi::CallbackInfo& info);
  void unlisten(const Napi::CallbackInfo& info);
  Napi::Value connect(const Napi::CallbackInfo& info);
  void stop_connecting(const Napi::CallbackInfo& info);
  Napi::Value keep_id(const Napi::CallbackInfo& info);
  void release_id(const Napi::CallbackInfo& info);
  void count_dropped(const Napi::CallbackInfo& info);
  void end_peer(const Napi::CallbackInfo& info);
  void destroy_peer(const Napi::CallbackInfo& info);
  void end_all(const Napi::CallbackInfo& info);
  void hold(const Napi::CallbackInfo& info);
  void release(const Napi::CallbackInfo& info);
  void pause_peer(const Napi::CallbackInfo& info);
  void flush(const Napi::CallbackInfo& info);
  void flush_peer(const Napi::CallbackInfo& info);
  Napi::Value queued(const Napi::CallbackInfo& info);
  Napi::Value local_address(const Napi::CallbackInfo& info);
  Napi::Value stats(const Napi::CallbackInfo& info);
  Napi::Value peer_stats(const Napi::CallbackInfo& info);
  void hold_process(const Napi::CallbackInfo& info);

  using sender = engine::send_result (*)(napi_env, engine::message_socket&, wire::routing_id,
                                         napi_value);
  template <sender Send>
  static napi_value send(napi_env env, napi_callback_info info);
  template <sender Send>
  void add_sender(const char* name);

  void on_batch() noexcept override;
  order ends() const noexcept override { return order::first; }
  void end() noexcept override { close(); }
  void close() noexcept;

  std::shared_ptr<socket_host> host_;
  slab_source slabs_;
  std::optional<delivery> delivery_;
  std::unique_ptr<engine::message_socket> socket_;
  bool holds_process_ = false;
};

}  // namespace millrace::binding
