#include "engine/connection/connector.hpp"

#include <cerrno>
#include <utility>

namespace millrace::engine {
namespace {

using namespace std::chrono_literals;

constexpr auto attempt_delay = 250ms;  // RFC 8305, 8: "Connection Attempt Delay"
// A server that is awake accepts within a turn.
constexpr auto full_queue_delay = 10ms;

// The queue of the listening unix socket is full. Unlike TCP the kernel does not go on trying.
bool is_full_queue(const error_code& failure, const stream_address& to) noexcept {
  return failure.value() == EAGAIN && is_unix(to);
}

}  // namespace

connector::connector(io_loop& loop, connector_events& events, std::uint32_t token,
                     std::vector<stream_address> addresses, std::uint32_t keep_alive_ms)
    : loop_(loop),
      events_(events),
      token_(token),
      keep_alive_ms_(keep_alive_ms),
      addresses_(std::move(addresses)) {}

void connector::start(std::chrono::milliseconds timeout) {
  loop_.timers().arm(*this, loop_.source().now() + timeout);
  try_next();
}

void connector::on_attempt(connect_attempt& from, error_code failure) {
  last_ = tcp_part(from.address());
  if (!failure) {
    return events_.on_connect(*this, from.take(), last_);
  }
  failure_ = failure;
  std::erase_if(attempts_, [&](const auto& each) { return each.get() == &from; });
  try_next();
}

// Every address has failed.
void connector::on_turn() noexcept { events_.on_connect_failed(*this, failure_, last_); }

void connector::on_deadline() noexcept {
  const auto late = make_error_code(boost::system::errc::timed_out);
  events_.on_connect_failed(*this, {late.value(), boost::system::system_category()}, last_);
}

// Addresses that cannot even be tried cost no time.
void connector::try_next() {
  while (next_ < addresses_.size()) {
    const auto& to = addresses_[next_];
    const auto failure = begin(to);
    if (is_full_queue(failure, to)) {
      return wait(full_queue_delay);
    }
    ++next_;
    if (!failure) {
      return wait(attempt_delay);
    }
    failure_ = failure;
  }
  if (attempts_.empty()) {
    loop_.add(static_cast<ready_work&>(*this));
  }
}

error_code connector::begin(const stream_address& to) {
  last_ = tcp_part(to);
  connect_attempt_events& events = *this;
  auto attempt = std::make_unique<connect_attempt>(loop_, events, to);
  const auto failure = attempt->start(keep_alive_ms_);
  if (!failure) {
    attempts_.push_back(std::move(attempt));
  }
  return failure;
}

void connector::wait(std::chrono::milliseconds delay) {
  if (next_ < addresses_.size()) {
    loop_.timers().arm(pause_, loop_.source().now() + delay);
  } else {
    pause_.cancel();
  }
}

}  // namespace millrace::engine
