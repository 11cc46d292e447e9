#include "binding/event_loop.hpp"

#include <algorithm>

#include "binding/values.hpp"
#include "engine/socket/stream_socket.hpp"

namespace millrace::binding {

class event_loop::poll_watch final : public engine::descriptor_watch {
 public:
  poll_watch(event_loop& loop, engine::ready_handler& handler)
      : loop_(loop), handler_(handler), handle_(loop.handles_, uv_handle_kind::poll, this) {}

  ~poll_watch() override { want(false, false); }

  bool start(int descriptor) {
    if (loop_.uv().poll_init(loop_.handles_.loop(), handle_.get(), descriptor) != 0) {
      return false;
    }
    handle_.initialized();
    return true;
  }

  void want(bool readable, bool writable) override {
    const int events = (readable ? uv_readable : 0) | (writable ? uv_writable : 0);
    if (events == events_) {
      return;
    }
    events_ = events;
    if (events == 0) {
      loop_.uv().poll_stop(handle_.get());
    } else {
      loop_.uv().poll_start(handle_.get(), events, &poll_watch::on_event);
    }
  }

 private:
  static void on_event(uv_handle* handle, int status, int events) {
    auto* const self = static_cast<poll_watch*>(find_uv()->handle_get_data(handle));
    self->report(status, events);
  }

  // After a reset libuv stops the handle, yet what came before can still be read: the handler is to
  // read until it meets the error itself.
  void report(int status, int events) {
    if (status < 0) {
      events = uv_readable | uv_writable;
      loop_.uv().poll_start(handle_.get(), events_, &poll_watch::on_event);
    }
    loop_.note_activity();
    handler_.on_ready((events & uv_readable) != 0, (events & uv_writable) != 0);
  }

  event_loop& loop_;
  engine::ready_handler& handler_;
  owned_handle handle_;
  int events_ = 0;
};

event_loop::event_loop(napi_env env, open_handles& handles, std::chrono::microseconds spin)
    : env_(env),
      handles_(handles),
      spin_(spin),
      engine_(*this),
      check_(handles, uv_handle_kind::check, this),
      prepare_(handles, uv_handle_kind::prepare, this),
      idle_(handles, uv_handle_kind::idle, this),
      timer_(handles, uv_handle_kind::timer, this) {
  // These cannot fail: they only link the handle into the loop.
  uv().check_init(handles.loop(), check_.get());
  check_.initialized();
  uv().prepare_init(handles.loop(), prepare_.get());
  prepare_.initialized();
  uv().idle_init(handles.loop(), idle_.get());
  idle_.initialized();
  uv().timer_init(handles.loop(), timer_.get());
  timer_.initialized();
  uv().check_start(check_.get(), [](uv_handle* handle) { of(handle)->on_check(); });
  uv().prepare_start(prepare_.get(), [](uv_handle* handle) { of(handle)->on_prepare(); });
}

std::unique_ptr<engine::message_socket> event_loop::make_socket(
    engine::memory_source& memory, engine::wakeup& owner, const engine::socket_options& options,
    wire::routing_id first_id) {
  return std::make_unique<engine::stream_socket>(engine_, memory, owner, options, first_id);
}

event_loop* event_loop::of(uv_handle* handle) {
  return static_cast<event_loop*>(find_uv()->handle_get_data(handle));
}

std::unique_ptr<engine::descriptor_watch> event_loop::watch(int descriptor,
                                                            engine::ready_handler& handler) {
  auto added = std::make_unique<poll_watch>(*this, handler);
  return added->start(descriptor) ? std::move(added) : nullptr;
}

void event_loop::wake_at(engine::time_point when) {
  wake_ = when;
  const auto delay = std::chrono::ceil<std::chrono::milliseconds>(when - now()).count();
  uv().update_time(handles_.loop());
  uv().timer_start(
      timer_.get(), [](uv_handle* handle) { of(handle)->on_timer(); },
      static_cast<std::uint64_t>(std::max<std::int64_t>(delay, 0)), 0);
}

void event_loop::wake_soon() { look_again(true); }

// An idle handle makes libuv look at the descriptors without waiting.
void event_loop::look_again(bool wanted) {
  if (wanted == looking_again_) {
    return;
  }
  looking_again_ = wanted;
  if (wanted) {
    uv().idle_start(idle_.get(), [](uv_handle*) {});
  } else {
    uv().idle_stop(idle_.get());
  }
}

void event_loop::hold_process() noexcept {
  if (holds_++ == 0) {
    uv().ref(check_.get());
  }
}

void event_loop::let_process_go() noexcept {
  if (--holds_ == 0) {
    uv().unref(check_.get());
  }
}

void event_loop::on_timer() {
  if (now() < wake_) {
    return wake_at(wake_);  // libuv's clock counts whole milliseconds
  }
  // Deadlines are judged in the check phase: after a stall, what peers did in time is seen first.
  note_activity();
  look_again(true);
}

void event_loop::on_prepare() {
  engine_.flush();
  if (engine_.has_work()) {
    run(&engine::io_loop::catch_up);
  }
}

void event_loop::on_check() {
  const bool worked = must_turn();
  if (worked) {
    active_ = false;
    run(&engine::io_loop::turn);
  }
  if (spin_.count() > 0 && worked) {
    last_activity_ = now();
  }
  look_again(engine_.has_work() || (spin_.count() > 0 && now() - last_activity_ < spin_));
}

void event_loop::run(void (engine::io_loop::*turn)() noexcept) {
  napi_handle_scope scope = nullptr;
  napi_open_handle_scope(env_, &scope);
  if (may_call_javascript(env_)) {
    (engine_.*turn)();
  }
  napi_close_handle_scope(env_, scope);
}

}  // namespace millrace::binding
