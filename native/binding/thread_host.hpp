#pragma once

#include <node_api.h>

#include <boost/intrusive/list.hpp>
#include <memory>

#include "binding/socket_host.hpp"
#include "binding/uv_handles.hpp"
#include "engine/threads/io_pool.hpp"
#include "engine/threads/threaded_socket.hpp"

namespace millrace::binding {

// A socket that its host knows until it is destroyed.
class listed_socket final : public engine::threaded_socket,
                            public boost::intrusive::list_base_hook<
                                boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  using threaded_socket::threaded_socket;
};

// I/O threads beside the event loop of Node. What they have for JavaScript comes with one wake-up,
// however many ring; what JavaScript asks for is handed over at the end of its turn:
//
//   timers | prepare: hand over what was asked for meanwhile | poll: wake-up, deliver, hand over
//
// A libuv handle and not a thread-safe function: within the callback of the latter microtasks run
// only after it has returned, and what awaited code sends would be handed over message by message.
class thread_host final : public socket_host, private engine::application_bell {
 public:
  thread_host(napi_env env, open_handles& handles, std::size_t threads);
  ~thread_host() override { stop(); }

  // False when descriptors ran out.
  bool complete() const noexcept { return pool_.complete(); }

  std::unique_ptr<engine::message_socket> make_socket(engine::memory_source& memory,
                                                      engine::wakeup& owner,
                                                      const engine::socket_options& options,
                                                      wire::routing_id first_id) override;
  void hold_process() noexcept override;
  void let_process_go() noexcept override;
  void stop() noexcept override;

 private:
  static thread_host* of(uv_handle* handle);
  void ring() noexcept override { handles_.uv().async_send(wake_.get()); }
  void hand_over() noexcept;
  void deliver();

  napi_env env_;
  open_handles& handles_;
  owned_handle wake_;
  owned_handle prepare_;
  boost::intrusive::list<listed_socket, boost::intrusive::constant_time_size<false>> sockets_;
  int holds_ = 0;
  engine::io_pool pool_;  // stops before the handle is closed that its threads ring
};

}  // namespace millrace::binding
