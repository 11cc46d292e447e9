#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "engine/epoll_readiness.hpp"
#include "engine/io_loop.hpp"
#include "engine/transport/descriptor.hpp"

namespace millrace::engine {

// Something for an I/O thread to do between two looks at its descriptors.
class mail {
 public:
  mail() = default;
  mail(const mail&) = delete;
  mail& operator=(const mail&) = delete;
  virtual ~mail() = default;
  virtual void open() noexcept = 0;
};

// A thread with an engine loop of its own, on epoll. What it is to do comes as mail, in order.
class io_thread final : private ready_handler, private ready_work {
 public:
  io_thread();
  io_thread(const io_thread&) = delete;
  io_thread& operator=(const io_thread&) = delete;
  ~io_thread() { stop(); }

  // False when descriptors ran out: then there is no thread, and mail is dropped.
  bool runs() const noexcept { return thread_.joinable(); }

  // Any thread. False once the thread has been stopped: the mail is dropped unopened.
  bool post(std::unique_ptr<mail> letter);
  template <class Function>
  bool post_call(Function&& function) {
    return post(std::make_unique<call<std::decay_t<Function>>>(std::forward<Function>(function)));
  }
  // The thread that made it: opens the mail that has come, flushes, and ends the thread.
  void stop();

  // On this thread only.
  io_loop& loop() noexcept { return loop_; }
  bool is_current() const noexcept { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  template <class Function>
  struct call final : mail {
    explicit call(Function&& f) : function(std::move(f)) {}
    explicit call(const Function& f) : function(f) {}
    void open() noexcept override { function(); }
    Function function;
  };

  void on_ready(bool readable, bool writable) noexcept override;
  void on_turn() noexcept override;
  void ring() noexcept;
  void run();
  void open_mail() noexcept;

  epoll_readiness readiness_;
  io_loop loop_{readiness_};
  descriptor bell_;
  std::unique_ptr<descriptor_watch> bell_watch_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<mail>> mail_;
  std::atomic<bool> stopping_{false};  // set with the mutex held
  std::atomic<bool> rung_{false};
  std::thread thread_;
};

}  // namespace millrace::engine
