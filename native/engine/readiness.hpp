#pragma once

#include <chrono>
#include <memory>

namespace millrace::engine {

using steady_clock = std::chrono::steady_clock;
using time_point = steady_clock::time_point;

// Told when a descriptor can be read or written. Called on the thread of the readiness, with
// nothing else of the engine on the stack; it only takes note, the work is done in the turn.
class ready_handler {
 public:
  virtual void on_ready(bool readable, bool writable) noexcept = 0;

 protected:
  ~ready_handler() = default;
};

// Interest in one descriptor. Destroying it ends the interest; afterwards the descriptor may be
// closed at once and the handler is not called any more.
class descriptor_watch {
 public:
  descriptor_watch() = default;
  descriptor_watch(const descriptor_watch&) = delete;
  descriptor_watch& operator=(const descriptor_watch&) = delete;
  virtual ~descriptor_watch() = default;

  // Level-triggered. With neither, nothing is reported, errors and hang-ups included: a reset of a
  // connection that is not being read must not spin.
  virtual void want(bool readable, bool writable) = 0;
};

// Who says that a descriptor is ready and what time it is: the event loop of Node, or a thread's
// own epoll. One for each thread that runs an engine; used on that thread only. After it has
// reported what is ready, and whenever the wanted time has come, it runs `io_loop::turn`.
class readiness {
 public:
  // Null when the descriptor cannot be watched (epoll_ctl: ENOMEM, ENOSPC).
  virtual std::unique_ptr<descriptor_watch> watch(int descriptor, ready_handler& handler) = 0;
  virtual time_point now() noexcept = 0;
  // Replaces the time wanted before, if that has not come yet.
  virtual void wake_at(time_point when) = 0;
  // Runs another turn after the next look at the descriptors, without waiting for any.
  virtual void wake_soon() = 0;

 protected:
  ~readiness() = default;
};

}  // namespace millrace::engine
