#pragma once

#include <doctest/doctest.h>

#include <utility>

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

}  // namespace millrace::testing
