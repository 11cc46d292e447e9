#pragma once

#include <optional>

#include "engine/readiness.hpp"
#include "engine/transport/descriptor.hpp"

namespace millrace::engine {

class io_loop;

// The readiness of a thread of its own: one epoll descriptor. Used on that thread only.
class epoll_readiness final : public readiness {
 public:
  epoll_readiness();

  std::unique_ptr<descriptor_watch> watch(int descriptor, ready_handler& handler) override;
  time_point now() noexcept override { return steady_clock::now(); }
  void wake_at(time_point when) override { wake_ = when; }
  void wake_soon() override { soon_ = true; }

  // Waits until something is ready, the wanted time has come or `longest` has passed, takes note of
  // what is ready and runs one turn.
  void run_once(io_loop& loop, std::chrono::milliseconds longest);

 private:
  class registration;

  int wait_ms(std::chrono::milliseconds longest) noexcept;
  void forget_wake_if_past() noexcept;

  descriptor epoll_;
  std::optional<time_point> wake_;
  bool soon_ = false;
};

}  // namespace millrace::engine
