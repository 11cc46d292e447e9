#include "engine/threads/io_thread.hpp"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <utility>

namespace millrace::engine {
namespace {

constexpr std::chrono::milliseconds longest_wait = std::chrono::hours(1);

// Signals are for the application's thread; a handler of its must not run here.
class all_signals_blocked {
 public:
  all_signals_blocked() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  all_signals_blocked(const all_signals_blocked&) = delete;
  all_signals_blocked& operator=(const all_signals_blocked&) = delete;
  ~all_signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

io_thread::io_thread() : bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  bell_watch_ = readiness_.watch(bell_.get(), *this);
  if (!bell_watch_) {
    stopping_ = true;
    return;
  }
  bell_watch_->want(true, false);
  const all_signals_blocked while_it_starts;
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), "millrace-io");
}

bool io_thread::post(std::unique_ptr<mail> letter) {
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) {
      return false;
    }
    mail_.push_back(std::move(letter));
  }
  ring();
  return true;
}

// Once is enough until the thread has looked.
void io_thread::ring() noexcept {
  if (!rung_.exchange(true)) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(bell_.get(), &one, sizeof one);
  }
}

void io_thread::stop() {
  if (!thread_.joinable()) {
    return;
  }
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  ring();
  thread_.join();
}

void io_thread::on_ready(bool /*readable*/, bool /*writable*/) noexcept {
  loop_.add(static_cast<ready_work&>(*this));
}

void io_thread::on_turn() noexcept {
  std::uint64_t rings = 0;
  [[maybe_unused]] const auto read = ::read(bell_.get(), &rings, sizeof rings);
  rung_.store(false);
  open_mail();
}

void io_thread::open_mail() noexcept {
  std::vector<std::unique_ptr<mail>> now;
  {
    const std::scoped_lock lock(mutex_);
    now.swap(mail_);
  }
  for (const auto& letter : now) {
    letter->open();
  }
}

void io_thread::run() {
  for (;;) {
    readiness_.run_once(loop_, longest_wait);
    if (stopping_) {
      const std::scoped_lock lock(mutex_);
      if (mail_.empty()) {
        break;
      }
    }
  }
  loop_.flush();
}

}  // namespace millrace::engine
