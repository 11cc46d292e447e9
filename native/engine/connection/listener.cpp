#include "engine/connection/listener.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace millrace::engine {
namespace {

// A storm of connections must not keep those waiting who are served already.
constexpr int most_accepts_a_turn = 64;
constexpr std::uint32_t first_pause_ms = 50;
constexpr std::uint32_t longest_pause_ms = 1'000;

// Of the connection, not of the listener: accept(2) says to treat these like EAGAIN and retry.
bool concerns_one_connection(int code) noexcept {
  switch (code) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
      return true;
    default:
      return false;
  }
}

bool nothing_to_accept(int code) noexcept { return code == EAGAIN || code == EWOULDBLOCK; }

}  // namespace

listener::listener(io_loop& loop, listener_events& events, receive_budget& events_budget,
                   std::uint32_t id, listening_socket socket)
    : loop_(loop),
      events_(events),
      events_budget_(events_budget),
      id_(id),
      socket_(std::move(socket)) {}

bool listener::start() {
  watch_ = loop_.source().watch(socket_.listening.get(), *this);
  if (watch_) {
    watch_->want(true, false);
  }
  return watch_ != nullptr;
}

void listener::on_ready(bool /*readable*/, bool /*writable*/) noexcept {
  loop_.add(static_cast<ready_work&>(*this));
}

void listener::on_turn() noexcept {
  for (int count = 0; count < most_accepts_a_turn; ++count) {
    if (events_budget_.exhausted()) {
      watch_->want(false, false);
      return events_budget_.wait(*this);
    }
    if (!accept_one()) {
      return;
    }
  }
}

bool listener::accept_one() {
  tcp_address remote;
  auto accepted = accept_from(socket_.listening.get(), remote);
  if (accepted) {
    pause_ms_ = 0;
    events_.on_accept(*this, std::move(*accepted), remote);
    return true;
  }
  const auto code = accepted.error().value();
  if (concerns_one_connection(code)) {
    return true;
  }
  if (!nothing_to_accept(code)) {
    pause(accepted.error());
  }
  return false;
}

void listener::pause(error_code failure) {
  pause_ms_ = std::clamp(2 * pause_ms_, first_pause_ms, longest_pause_ms);
  watch_->want(false, false);
  loop_.timers().arm(*this, loop_.source().now() + std::chrono::milliseconds(pause_ms_));
  events_.on_accept_failed(*this, failure);
}

}  // namespace millrace::engine
