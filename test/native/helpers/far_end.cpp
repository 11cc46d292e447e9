#include "helpers/far_end.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "helpers/bytes.hpp"

namespace millrace::testing {

far_end::far_end(const engine::tcp_address& to, int receive_buffer_bytes) {
  socket_.reset(::socket(to.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  REQUIRE(socket_.get() >= 0);
  if (receive_buffer_bytes != 0) {
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                 sizeof receive_buffer_bytes);
  }
  const auto connected = ::connect(socket_.get(), to.data(), static_cast<socklen_t>(to.size()));
  REQUIRE((connected == 0 || errno == EINPROGRESS));
}

void far_end::write_message(std::string_view payload) { write(framed(payload)); }

void far_end::close() { socket_.reset(); }

// Closing without lingering makes the kernel send RST in place of FIN.
void far_end::reset() {
  const linger none{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
  close();
}

void far_end::pump() {
  if (socket_.get() >= 0) {
    pump_out();
    pump_in();
  }
}

void far_end::pump_out() {
  while (!unsent_.empty()) {
    const auto sent = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      return;
    }
    unsent_.erase(0, static_cast<std::size_t>(sent));
  }
  if (std::exchange(half_close_wanted_, false)) {
    ::shutdown(socket_.get(), SHUT_WR);
  }
}

void far_end::pump_in() {
  std::array<char, 64 * 1024> room{};
  auto left = most_a_pump_;
  while (reading_ && left > 0 && !ended_ && failure_ == 0) {
    const auto count = ::recv(socket_.get(), room.data(), std::min(left, room.size()), 0);
    if (count < 0) {
      failure_ = errno == EAGAIN || errno == ENOTCONN ? 0 : errno;
      return;
    }
    ended_ = count == 0;
    received_.append(room.data(), static_cast<std::size_t>(count));
    left -= static_cast<std::size_t>(count);
  }
}

lines far_end::messages() const {
  lines found;
  std::size_t at = 0;
  while (at + wire::length_header_bytes <= received_.size()) {
    const auto length = wire::load_be32(bytes(received_).data() + at);
    at += wire::length_header_bytes;
    found.push_back(received_.substr(at, length));
    at += length;
  }
  return found;
}

}  // namespace millrace::testing
