#pragma once

#include <node_api.h>

#include <chrono>
#include <functional>
#include <memory>

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
class event_loop final : public engine::readiness {
 public:
  event_loop(napi_env env, open_handles& handles, std::chrono::microseconds spin);
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;
  ~event_loop() = default;

  engine::io_loop& engine() noexcept { return engine_; }

  std::unique_ptr<engine::descriptor_watch> watch(int descriptor,
                                                  engine::ready_handler& handler) override;
  engine::time_point now() noexcept override { return engine::steady_clock::now(); }
  void wake_at(engine::time_point when) override;
  void wake_soon() override;

  // While held more often than let go, the loop keeps the process alive.
  void hold_process() noexcept;
  void let_process_go() noexcept;

 private:
  class poll_watch;

  static event_loop* of(uv_handle* handle);
  void on_prepare();
  void on_check();
  void on_timer();
  void run(void (engine::io_loop::*turn)() noexcept);
  bool may_call_javascript() const noexcept;
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
