#include "engine/transport/listening_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>

namespace millrace::engine {
namespace {

// Others may bind and leave stale files behind meanwhile, but not for ever.
constexpr int most_attempts = 8;

boost::system::result<int> option_of(int descriptor, int name) noexcept {
  int value = 0;
  socklen_t bytes = sizeof value;
  if (::getsockopt(descriptor, SOL_SOCKET, name, &value, &bytes) != 0) {
    return last_system_error();
  }
  return value;
}

bool belongs_to(const stream_address& address, int family) noexcept {
  return is_unix(address) ? family == AF_UNIX : family == AF_INET || family == AF_INET6;
}

error_code check_adopted(int descriptor, const stream_address& address) noexcept {
  const auto family = option_of(descriptor, SO_DOMAIN);
  const auto type = option_of(descriptor, SO_TYPE);
  const auto listens = option_of(descriptor, SO_ACCEPTCONN);
  if (!family || !type || !listens) {
    return family ? type ? listens.error() : type.error() : family.error();
  }
  if (!belongs_to(address, *family) || *type != SOCK_STREAM) {
    return error::descriptor_of_other_transport;
  }
  return *listens != 0 ? error_code{} : error::descriptor_not_listening;
}

bool set_flags(int descriptor) noexcept {
  const int status = ::fcntl(descriptor, F_GETFL);
  return status >= 0 && ::fcntl(descriptor, F_SETFL, status | O_NONBLOCK) == 0 &&
         ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0;
}

// Its file, if it has one, belongs to who has made it.
boost::system::result<listening_socket> adopt(const stream_address& address,
                                              const listen_options& options,
                                              std::uint32_t keep_alive_ms) {
  const int adopted = options.adopted;
  if (const auto unfit = check_adopted(adopted, address)) {
    return unfit;
  }
  if (!set_flags(adopted) || (!is_unix(address) && !set_tcp_defaults(adopted, keep_alive_ms))) {
    return last_system_error();
  }
  return listening_socket{descriptor(adopted), {}};
}

// Retried where a stale file has been in the way.
error_code bind_unix(int unbound, const stream_address& address, const std::string& path) {
  const auto bytes = static_cast<socklen_t>(address.size());
  for (int attempt = 0; ::bind(unbound, address.data(), bytes) != 0; ++attempt) {
    const auto failure = last_system_error();
    if (failure.value() != EADDRINUSE || path.empty() || attempt == most_attempts ||
        !remove_stale_socket_file(path)) {
      return failure;
    }
  }
  return {};
}

// The mode of the unbound socket, less the umask, is that of the file which bind(2) makes. Nobody
// can connect before listen(2), so what the umask took is given back in between.
boost::system::result<listening_socket> open_unix_listener(const stream_address& address,
                                                           const listen_options& options) {
  descriptor opened(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (opened.get() < 0 || ::fchmod(opened.get(), options.mode) != 0) {
    return last_system_error();
  }
  const auto name = path_of(address);
  const auto path = name.starts_with('@') ? std::string{} : name;
  if (const auto failure = bind_unix(opened.get(), address, path)) {
    return failure;
  }
  listening_socket bound{std::move(opened), path.empty() ? socket_file{} : socket_file{path}};
  if (const auto failure = path.empty() ? error_code{} : bound.file.widen(options.mode)) {
    return failure;
  }
  if (::listen(bound.listening.get(), options.backlog) != 0) {
    return last_system_error();
  }
  return bound;
}

}  // namespace

boost::system::result<listening_socket> open_listening(const stream_address& address,
                                                       const listen_options& options,
                                                       std::uint32_t keep_alive_ms) {
  if (options.adopted >= 0) {
    return adopt(address, options, keep_alive_ms);
  }
  if (is_unix(address)) {
    return open_unix_listener(address, options);
  }
  auto opened = open_listener(tcp_part(address), options, keep_alive_ms);
  if (!opened) {
    return opened.error();
  }
  return listening_socket{std::move(*opened), {}};
}

}  // namespace millrace::engine
