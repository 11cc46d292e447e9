#include "engine/connection/connector.hpp"

#include <cerrno>
#include <utility>

namespace millrace::engine {

connector::connector(io_loop& loop, connector_events& events, std::uint32_t token,
                     std::vector<tcp_address> addresses, std::uint32_t keep_alive_ms)
    : loop_(loop),
      events_(events),
      token_(token),
      keep_alive_ms_(keep_alive_ms),
      addresses_(std::move(addresses)) {}

void connector::start(std::chrono::milliseconds timeout) {
  loop_.timers().arm(*this, loop_.source().now() + timeout);
  try_next();
}

void connector::on_ready(bool /*readable*/, bool /*writable*/) noexcept {
  loop_.add(static_cast<ready_work&>(*this));
}

void connector::on_turn() noexcept {
  if (connecting_.get() >= 0) {
    failure_ = pending_error(connecting_.get());
    watch_.reset();
    if (!failure_) {
      return events_.on_connect(*this, std::move(connecting_), current());
    }
    connecting_.reset();
  }
  if (attempt_ == addresses_.size()) {
    return events_.on_connect_failed(*this, failure_, current());
  }
  try_next();
}

void connector::on_deadline() noexcept {
  const auto late = make_error_code(boost::system::errc::timed_out);
  events_.on_connect_failed(*this, {late.value(), boost::system::system_category()}, current());
}

void connector::try_next() {
  auto opened = open_connecting(addresses_[attempt_++], keep_alive_ms_);
  if (opened) {
    connecting_ = std::move(*opened);
    watch_ = loop_.source().watch(connecting_.get(), *this);
  } else {
    failure_ = opened.error();
  }
  if (watch_) {
    return watch_->want(false, true);
  }
  if (opened) {
    failure_ = {ENOMEM, boost::system::system_category()};
    connecting_.reset();
  }
  loop_.add(static_cast<ready_work&>(*this));
}

}  // namespace millrace::engine
