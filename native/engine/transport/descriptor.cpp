#include "engine/transport/descriptor.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace millrace::engine {
namespace {

bool set(int descriptor, int level, int name, int value) noexcept {
  return ::setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

boost::system::result<descriptor> open_tcp(const stream_address& address,
                                           std::uint32_t keep_alive_ms) {
  descriptor opened(::socket(address.protocol().family(),
                             SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (opened.get() < 0 || !set_tcp_defaults(opened.get(), keep_alive_ms)) {
    return last_system_error();
  }
  return opened;
}

boost::system::result<descriptor> open_unix() {
  descriptor opened(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (opened.get() < 0) {
    return last_system_error();
  }
  return opened;
}

}  // namespace

void descriptor::reset(int value) noexcept {
  if (value_ >= 0) {
    ::close(value_);
  }
  value_ = value;
}

error_code last_system_error() noexcept { return {errno, boost::system::system_category()}; }

bool set_tcp_defaults(int descriptor, std::uint32_t keep_alive_ms) noexcept {
  const int idle_seconds = static_cast<int>(std::max<std::uint32_t>(1, keep_alive_ms / 1000));
  return set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1) &&
         (keep_alive_ms == 0 || (set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1) &&
                                 set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, idle_seconds)));
}

boost::system::result<descriptor> open_listener(const tcp_address& address,
                                                const listen_options& options,
                                                std::uint32_t keep_alive_ms) {
  auto opened = open_tcp(address, keep_alive_ms);
  if (!opened) {
    return opened;
  }
  const int listener = opened->get();
  const bool ready =
      set(listener, SOL_SOCKET, SO_REUSEADDR, 1) &&
      (!options.reuse_port || set(listener, SOL_SOCKET, SO_REUSEPORT, 1)) &&
      (!address.address().is_v6() ||
       set(listener, IPPROTO_IPV6, IPV6_V6ONLY, options.ipv6_only ? 1 : 0)) &&
      ::bind(listener, address.data(), static_cast<socklen_t>(address.size())) == 0 &&
      ::listen(listener, options.backlog) == 0;
  return ready ? std::move(opened) : boost::system::result<descriptor>{last_system_error()};
}

boost::system::result<descriptor> open_connecting(const stream_address& address,
                                                  std::uint32_t keep_alive_ms) {
  auto opened = is_unix(address) ? open_unix() : open_tcp(address, keep_alive_ms);
  if (!opened) {
    return opened;
  }
  const auto size = static_cast<socklen_t>(address.size());
  // Interrupted, it goes on in the background like any other that takes time (connect(2)).
  if (::connect(opened->get(), address.data(), size) != 0 && errno != EINPROGRESS &&
      errno != EINTR) {
    return last_system_error();
  }
  return opened;
}

boost::system::result<descriptor> accept_from(int listener, tcp_address& remote) {
  stream_address from;
  auto bytes = static_cast<socklen_t>(from.capacity());
  descriptor accepted(::accept4(listener, from.data(), &bytes, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (accepted.get() < 0) {
    return last_system_error();
  }
  from.resize(bytes);
  remote = tcp_part(from);
  return accepted;
}

error_code pending_error(int descriptor) noexcept {
  int code = 0;
  socklen_t bytes = sizeof code;
  ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &bytes);
  return {code, boost::system::system_category()};
}

tcp_address local_address(int descriptor) noexcept { return tcp_part(bound_address(descriptor)); }

stream_address bound_address(int descriptor) noexcept {
  stream_address address;
  auto bytes = static_cast<socklen_t>(address.capacity());
  if (::getsockname(descriptor, address.data(), &bytes) == 0) {
    address.resize(bytes);
  }
  return address;
}

}  // namespace millrace::engine
