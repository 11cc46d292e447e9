#include "engine/epoll_readiness.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>

#include "engine/io_loop.hpp"

namespace millrace::engine {

class epoll_readiness::registration final : public descriptor_watch {
 public:
  registration(int epoll, int descriptor, ready_handler& handler) noexcept
      : epoll_(epoll), descriptor_(descriptor), handler_(handler) {}

  ~registration() override { want(false, false); }

  bool add() noexcept { return control(EPOLL_CTL_ADD, 0) && control(EPOLL_CTL_DEL, 0); }

  // A descriptor without interest leaves the set: epoll would still report its errors.
  void want(bool readable, bool writable) override {
    const std::uint32_t events = (readable ? EPOLLIN : 0U) | (writable ? EPOLLOUT : 0U);
    if (events == 0 && events_ != 0) {
      control(EPOLL_CTL_DEL, 0);
    } else if (events != events_) {
      control(events_ == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, events);
    }
    events_ = events;
  }

  void report(std::uint32_t events) noexcept {
    const bool failed = (events & (EPOLLERR | EPOLLHUP)) != 0;
    handler_.on_ready(failed || (events & EPOLLIN) != 0, failed || (events & EPOLLOUT) != 0);
  }

 private:
  bool control(int operation, std::uint32_t events) noexcept {
    epoll_event event{};
    event.events = events;
    event.data.ptr = this;
    return ::epoll_ctl(epoll_, operation, descriptor_, &event) == 0;
  }

  int epoll_;
  int descriptor_;
  ready_handler& handler_;
  std::uint32_t events_ = 0;
};

epoll_readiness::epoll_readiness() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

std::unique_ptr<descriptor_watch> epoll_readiness::watch(int descriptor, ready_handler& handler) {
  auto added = std::make_unique<registration>(epoll_.get(), descriptor, handler);
  return added->add() ? std::move(added) : nullptr;
}

void epoll_readiness::run_once(io_loop& loop, std::chrono::milliseconds longest) {
  std::array<epoll_event, 256> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), wait_ms(longest));
  soon_ = false;
  forget_wake_if_past();
  // Handlers only take note here, so that no registration ends before all have been reported.
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    static_cast<registration*>(event.data.ptr)->report(event.events);
  }
  loop.turn();
}

int epoll_readiness::wait_ms(std::chrono::milliseconds longest) noexcept {
  auto wait = soon_ ? std::chrono::milliseconds{0} : longest;
  if (wake_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*wake_ - now());
    wait = std::clamp(left, std::chrono::milliseconds{0}, wait);
  }
  return static_cast<int>(wait.count());
}

// Before the turn that it was wanted for, which may want another.
void epoll_readiness::forget_wake_if_past() noexcept {
  if (wake_ && *wake_ <= now()) {
    wake_.reset();
  }
}

}  // namespace millrace::engine
