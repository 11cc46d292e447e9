#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <utility>

#include "engine/endpoint.hpp"
#include "engine/error.hpp"

namespace millrace::engine {

// Owns a descriptor until it is handed on.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int value) noexcept : value_(value) {}
  descriptor(descriptor&& other) noexcept : value_(other.release()) {}
  descriptor& operator=(descriptor&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~descriptor() { reset(); }

  int get() const noexcept { return value_; }
  int release() noexcept { return std::exchange(value_, -1); }
  void reset(int value = -1) noexcept;

 private:
  int value_ = -1;
};

struct listen_options {
  int backlog = 511;
  bool ipv6_only = false;
  bool reuse_port = false;
  std::uint32_t mode = 0600;          // of the file of a unix socket
  std::uint32_t max_connections = 0;  // 0: as the socket allows
  int adopted = -1;                   // a descriptor that listens already, to be taken over
};

error_code last_system_error() noexcept;

// Descriptors are non-blocking and close-on-exec from their first moment on. What is set on a
// listening descriptor (TCP_NODELAY, keep-alive) Linux passes on to those it accepts.
bool set_tcp_defaults(int descriptor, std::uint32_t keep_alive_ms) noexcept;
boost::system::result<descriptor> open_listener(const tcp_address& address,
                                                const listen_options& options,
                                                std::uint32_t keep_alive_ms);
// Connecting has begun, or is complete, when there is no error. EAGAIN of a unix socket says that
// the queue of who listens there is full, and that nothing has begun.
boost::system::result<descriptor> open_connecting(const stream_address& address,
                                                  std::uint32_t keep_alive_ms);
// `remote` is none where the transport has none.
boost::system::result<descriptor> accept_from(int listener, tcp_address& remote);

error_code pending_error(int descriptor) noexcept;
tcp_address local_address(int descriptor) noexcept;
stream_address bound_address(int descriptor) noexcept;

}  // namespace millrace::engine
