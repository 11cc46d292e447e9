#include "engine/connection/connect_attempt.hpp"

#include <cerrno>
#include <utility>

namespace millrace::engine {

error_code connect_attempt::start(std::uint32_t keep_alive_ms) {
  auto opened = open_connecting(to_, keep_alive_ms);
  if (!opened) {
    return opened.error();
  }
  connecting_ = std::move(*opened);
  watch_ = loop_.source().watch(connecting_.get(), *this);
  if (!watch_) {
    return {ENOMEM, boost::system::system_category()};
  }
  watch_->want(false, true);
  return {};
}

descriptor connect_attempt::take() noexcept {
  watch_.reset();
  return std::move(connecting_);
}

void connect_attempt::on_ready(bool /*readable*/, bool /*writable*/) noexcept {
  loop_.add(static_cast<ready_work&>(*this));
}

void connect_attempt::on_turn() noexcept {
  events_.on_attempt(*this, pending_error(connecting_.get()));
}

}  // namespace millrace::engine
