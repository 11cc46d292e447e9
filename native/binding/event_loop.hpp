#pragma once

#include <node_api.h>

#include <chrono>
#include <functional>
#include <memory>

#include "binding/socket_host.hpp"
#include "binding/uv_handles.hpp"
#include "engine/io_loop.hpp"
#include "engine/readiness.hpp"

namespace millrace::binding {

// The engine on the event loop of Node: the readiness of one thread's libuv loop.
//
//   timers | prepare: flush what was sent meanwhile | poll: note what is ready | check: one turn
//
// Descriptors are read in the check phase, not when libuv reports them: between reading into memory
// that JavaScript has seen and handing it over no other JavaScript can run.
class event_loop final : public socket_host, private engine::readiness {
 public:
  event_loop(napi_env env, open_handles& handles, std::chrono::microseconds spin);

  std::unique_ptr<engine::message_socket> make_socket(engine::memory_source& memory,
                                                      engine::wakeup& owner,
                                                      const engine::socket_options& options,
                                                      wire::routing_id first_id) override;
  void hold_process() noexcept override;
  void let_process_go() noexcept override;
  void stop() noexcept override { engine_.flush(); }

 private:
  class poll_watch;

  std::unique_ptr<engine::descriptor_watch> watch(int descriptor,
                                                  engine::ready_handler& handler) override;
  engine::time_point now() noexcept override { return engine::steady_clock::now(); }
  void wake_at(engine::time_point when) override;
  void wake_soon() override;

  static event_loop* of(uv_handle* handle);
  void on_prepare();
  void on_check();
  void on_timer();
  void run(void (engine::io_loop::*turn)() noexcept);
  void note_activity() noexcept { active_ = true; }
  bool must_turn() const noexcept { return active_ || engine_.has_work(); }
  void look_again(bool wanted);
  const uv_functions& uv() const noexcept { return handles_.uv(); }

  napi_env env_;
  open_handles& handles_;
  std::chrono::microseconds spin_;
  engine::io_loop engine_;
  owned_handle check_;
  owned_handle prepare_;
  owned_handle idle_;
  owned_handle timer_;
  engine::time_point wake_{};
  engine::time_point last_activity_{};
  int holds_ = 0;
  bool active_ = false;
  bool looking_again_ = false;
};

}  // namespace millrace::binding
