#include "poller.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <system_error>

#include "clock.hpp"

namespace load {

poller::poller(const std::vector<connection>& connections, bool spin)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      spin_(spin),
      unasked_(spin && connections.size() <= max_unasked),
      events_(std::min<std::size_t>(connections.size(), 512)) {
  // The open loop's messages are due within microseconds; Linux rounds a sleep up by 50 unless told not to.
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  for (std::uint32_t index = 0; index < connections.size(); ++index)
    add(connections[index], index);
  if (unasked_) {
    ready_.resize(connections.size());
    std::iota(ready_.begin(), ready_.end(), 0U);
  }
}

const std::vector<std::uint32_t>& poller::wait(std::int64_t timeout_ns) {
  if (unasked_)
    return ready_;
  const std::int64_t rest = spin_ ? 0 : std::max<std::int64_t>(0, timeout_ns);
  const timespec timeout{rest / nanos_a_second, rest % nanos_a_second};
  const int count = ::epoll_pwait2(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                                   &timeout, nullptr);
  ready_.clear();
  for (int index = 0; index < count; ++index)
    ready_.push_back(events_[static_cast<std::size_t>(index)].data.u32);
  return ready_;
}

void poller::add(const connection& which, std::uint32_t index) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLET;
  event.data.u32 = index;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, which.socket(), &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

}  // namespace load
