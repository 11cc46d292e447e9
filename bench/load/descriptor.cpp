#include "descriptor.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace load {
namespace {

constexpr std::uint32_t connections_an_address = 10'000;

void check(int result, const char* what) {
  if (result < 0)
    throw std::system_error(errno, std::generic_category(), what);
}

void set(int socket, int level, int option) {
  const int on = 1;
  check(::setsockopt(socket, level, option, &on, sizeof on), "setsockopt");
}

sockaddr_in loopback(std::uint32_t last, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl((127U << 24) + last);
  return address;
}

}  // namespace

descriptor connect_to(std::uint16_t port, std::uint32_t index) {
  descriptor result(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  check(result.get(), "socket");
  set(result.get(), IPPROTO_TCP, TCP_NODELAY);
  // Else bind() takes a port for itself alone, also against other destinations.
  set(result.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
  const sockaddr_in source = loopback(1 + index / connections_an_address, 0);
  check(::bind(result.get(), reinterpret_cast<const sockaddr*>(&source), sizeof source), "bind");
  const sockaddr_in server = loopback(1, port);
  check(::connect(result.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server),
        "connect");
  return result;
}

void raise_descriptor_limit() {
  rlimit limit{};
  check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

}  // namespace load
