#include <doctest/doctest.h>

#include <cerrno>
#include <vector>

#include "engine/transport/listening_socket.hpp"
#include "helpers/far_listener.hpp"
#include "helpers/fresh_folder.hpp"

// Connecting to several addresses side by side, and to unix sockets.
namespace millrace::testing {
namespace {

using namespace std::chrono_literals;
using kind = application::kind;

TEST_CASE("An address that does not answer holds up the next one for a moment only") {
  world of;
  const deaf_listener deaf(of);
  const far_listener server;
  const auto begin = of.readiness.now();
  of->connect(to({deaf.address(), server.address(), deaf.address()}));
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect) == 1; }));
  CHECK(of.readiness.now() - begin >= 250ms);
  CHECK(of.app.last(kind::connect)->address == server.address());
  of.run_for(300ms);
  CHECK(of->connecting() == 0);
  CHECK(of.app.seen.size() == 1);
}

TEST_CASE("An earlier address goes on while later ones are tried and refused") {
  world of;
  const far_listener server(0);
  std::vector<engine::descriptor> accepted;
  for (int i = 0; i < 4; ++i) {
    of.dial(server.address());
  }
  of->connect(to({server.address(), nobody_listens(), nobody_listens()}));
  of.run_for(400ms);
  CHECK(of.app.seen.empty());
  const auto told = [&] {
    if (auto next = server.accept(); next.get() >= 0) {
      accepted.push_back(std::move(next));
    }
    return of.app.count(kind::connect) == 1;
  };
  REQUIRE(of.run_until(told));
  CHECK(of.app.last(kind::connect)->address == server.address());
}

TEST_CASE("A unix socket with a full queue is tried again until there is room") {
  world of;
  const fresh_folder folder;
  const auto where = engine::unix_address(folder.file("socket"));
  const auto server = engine::open_listening(where, {.backlog = 0}, 0);
  const auto filling = engine::open_connecting(where, 0);
  REQUIRE(engine::open_connecting(where, 0).error().value() == EAGAIN);
  of->connect(to({where}));
  of.run_for(50ms);
  CHECK(of.app.seen.empty());
  engine::tcp_address remote;
  const auto first = engine::accept_from(server->listening.get(), remote);
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect) == 1; }));
  CHECK(of.app.last(kind::connect)->address == engine::tcp_address{});
}

TEST_CASE("A unix socket whose queue stays full ends with the timeout") {
  world of;
  const fresh_folder folder;
  const auto where = engine::unix_address(folder.file("socket"));
  const auto server = engine::open_listening(where, {.backlog = 0}, 0);
  const auto filling = engine::open_connecting(where, 0);
  of->connect(to({where}, 100ms));
  REQUIRE(of.run_until([&] { return of.app.count(kind::connect_failed) == 1; }));
  CHECK(of.app.last(kind::connect_failed)->code == boost::system::errc::timed_out);
}

}  // namespace
}  // namespace millrace::testing
