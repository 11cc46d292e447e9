#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "helpers/world.hpp"

namespace millrace::testing {

// A plain listening socket, somebody else's server.
class far_listener {
 public:
  explicit far_listener(int backlog = 16) {
    auto opened = engine::open_listener(loopback(), {.backlog = backlog}, 0);
    REQUIRE(opened.has_value());
    listening_ = std::move(*opened);
  }

  engine::tcp_address address() const { return engine::local_address(listening_.get()); }

  // Closed if nobody waits.
  engine::descriptor accept() const {
    engine::tcp_address remote;
    auto accepted = engine::accept_from(listening_.get(), remote);
    return accepted ? std::move(*accepted) : engine::descriptor{};
  }

 private:
  engine::descriptor listening_;
};

inline far_end& accepted_by(const far_listener& server, world& of) {
  engine::descriptor accepted;
  REQUIRE(of.run_until([&] { return (accepted = server.accept()).get() >= 0; }));
  return of.adopt(std::move(accepted));
}

inline engine::tcp_address nobody_listens() { return far_listener().address(); }

// Takes no more connections: its queue is full, so the kernel drops what asks for another.
struct deaf_listener : far_listener {
  explicit deaf_listener(world& of) : far_listener(0) {
    for (int i = 0; i < 4; ++i) {
      of.dial(address());
    }
    of.run_for(std::chrono::milliseconds(20));
  }
};

inline engine::stream_socket::connect_request to(
    std::vector<engine::stream_address> addresses,
    std::chrono::milliseconds timeout = std::chrono::seconds(10),
    wire::routing_id id = wire::nobody) {
  return {.addresses = std::move(addresses),
          .timeout = timeout,
          .id = id,
          .options = std::make_shared<const engine::connection_options>()};
}

}  // namespace millrace::testing
