#pragma once

#include <cstdint>
#include <memory>

#include "engine/connection/receive_budget.hpp"
#include "engine/io_loop.hpp"
#include "engine/transport/listening_socket.hpp"

namespace millrace::engine {

class listener;

class listener_events {
 public:
  virtual void on_accept(listener& from, descriptor accepted, const tcp_address& remote) = 0;
  // Descriptors or memory have run out; accepting pauses and is tried again.
  virtual void on_accept_failed(listener& from, error_code failure) = 0;

 protected:
  ~listener_events() = default;
};

// Accepts on one listening descriptor, unless too many events wait for the application already. Used
// on the thread of its loop; destroying it stops it, and removes the file of a unix socket.
class listener final : private ready_handler,
                       private ready_work,
                       private deadline,
                       private budget_waiter {
 public:
  listener(io_loop& loop, listener_events& events, receive_budget& events_budget, std::uint32_t id,
           listening_socket socket);

  // False when the descriptor cannot be watched.
  bool start();

  // Leaves the descriptor open for whoever it was taken from.
  void give_back() noexcept { socket_.listening.release(); }

  std::uint32_t id() const noexcept { return id_; }
  stream_address address() const noexcept { return bound_address(socket_.listening.get()); }

 private:
  void on_ready(bool readable, bool writable) noexcept override;
  void on_turn() noexcept override;
  void on_deadline() noexcept override { watch_->want(true, false); }
  void on_room() override { watch_->want(true, false); }
  // False when there is nothing more to accept now.
  bool accept_one();
  void pause(error_code failure);

  io_loop& loop_;
  listener_events& events_;
  receive_budget& events_budget_;
  std::uint32_t id_;
  std::uint32_t pause_ms_ = 0;
  listening_socket socket_;
  std::unique_ptr<descriptor_watch> watch_;
};

}  // namespace millrace::engine
