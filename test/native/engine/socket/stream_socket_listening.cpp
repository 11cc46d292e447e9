#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>

#include "helpers/bytes.hpp"
#include "helpers/manual_readiness.hpp"
#include "helpers/world.hpp"

// Listeners: bind, unbind, limits, and what happens when descriptors run out.
namespace millrace::testing {
namespace {

using namespace std::chrono_literals;
using kind = application::kind;

TEST_CASE("A socket listens on several addresses at once, and events name the listener") {
  world of;
  const auto options = std::make_shared<const engine::connection_options>();
  const auto first = of->listen(loopback(), {}, options);
  const auto second = of->listen(loopback(), {}, options);
  REQUIRE(first.has_value());
  REQUIRE(second.has_value());
  CHECK(first->id != second->id);
  of.connect_far_end(second->address);
  CHECK(of.app.last(kind::connect)->origin == second->id);
  of.connect_far_end(first->address);
  CHECK(of.app.last(kind::connect)->origin == first->id);
}

TEST_CASE("A port in use is refused with the error of the system") {
  world of;
  const auto where = of.listen();
  const auto again = of->listen(where, {}, std::make_shared<const engine::connection_options>());
  REQUIRE(again.has_error());
  CHECK(again.error() == boost::system::errc::address_in_use);
}

TEST_CASE("After unbinding connections live on, new ones are refused and the port is free") {
  world of;
  const auto options = std::make_shared<const engine::connection_options>();
  const auto bound = of->listen(loopback(), {}, options);
  REQUIRE(bound.has_value());
  auto& far = of.connect_far_end(bound->address);
  of->unlisten(bound->id);
  of->unlisten(bound->id);
  auto& late = of.dial(bound->address);
  REQUIRE(of.run_until([&] { return late.failure() == ECONNREFUSED; }));
  far.write_message("still here");
  REQUIRE(of.run_until([&] { return of.app.messages() == 1; }));
  far.half_close();
  REQUIRE(of.run_until_disconnects(1));
  CHECK(of->listen(bound->address, {}, options).has_value());
}

TEST_CASE("Beyond max_connections a connection is accepted and closed at once, and counted") {
  world of({.max_connections = 2});
  const auto where = of.listen();
  auto& first = of.connect_far_end(where);
  of.connect_far_end(where);
  auto& third = of.dial(where);
  REQUIRE(of.run_until([&] { return third.ended() || third.failure() != 0; }));
  CHECK(of->totals().refused == 1);
  CHECK(of->totals().connections == 2);
  REQUIRE(of.app.last(kind::refused) != nullptr);
  CHECK(of.app.last(kind::refused)->address == third.address());
  first.half_close();
  REQUIRE(of.run_until_disconnects(1));
  of.connect_far_end(where);
  CHECK(of->totals().refused == 1);
}

TEST_CASE("A listener may have a limit of its own") {
  world of;
  const auto narrow = of.listen({}, {.max_connections = 1});
  const auto wide = of.listen();
  auto& first = of.connect_far_end(narrow);
  of.dial(narrow);
  REQUIRE(of.run_until([&] { return of->totals().refused == 1; }));
  of.connect_far_end(wide);
  first.half_close();
  REQUIRE(of.run_until_disconnects(1));
  of.connect_far_end(narrow);
  CHECK(of->totals().connections == 2);
}

TEST_CASE("A storm of connections is accepted whole") {
  world of;
  const auto where = of.listen();
  for (int i = 0; i < 200; ++i) {
    of.dial(where).write_message("hello");
  }
  REQUIRE(of.run_until([&] { return of.app.messages() == 200; }));
  CHECK(of->totals().connections == 200);
}

int next_descriptor() {
  const int next = ::dup(0);
  ::close(next);
  return next;
}

// Lets the process open no further descriptor; gives the old limit back at the end.
class exhausted_descriptors {
 public:
  exhausted_descriptors() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    auto lowered = before_;
    lowered.rlim_cur = static_cast<rlim_t>(next_descriptor());
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &lowered) == 0);
  }
  exhausted_descriptors(const exhausted_descriptors&) = delete;
  exhausted_descriptors& operator=(const exhausted_descriptors&) = delete;
  ~exhausted_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_CASE("When descriptors run out, accepting pauses, is told, and goes on when there are some") {
  world of;
  const auto where = of.listen();
  auto& served = of.connect_far_end(where);
  auto& waiting = of.dial(where);
  {
    const exhausted_descriptors none;
    REQUIRE(of.run_until([&] { return of.app.count(kind::accept_failed) == 1; }));
    CHECK(of.app.last(kind::accept_failed)->code == boost::system::errc::too_many_files_open);
    of.run_for(400ms);
    const auto attempts = of.app.count(kind::accept_failed);
    CHECK(attempts >= 2);
    CHECK(attempts <= 8);
    served.write_message("goes on");
    REQUIRE(of.run_until([&] { return of.app.messages() == 1; }));
  }
  waiting.write_message("accepted at last");
  REQUIRE(of.run_until([&] { return of.app.messages() == 2; }));
}

TEST_CASE("A listener that is paused can be closed") {
  world of;
  const auto bound =
      of->listen(loopback(), {}, std::make_shared<const engine::connection_options>());
  of.dial(bound->address);
  const exhausted_descriptors none;
  REQUIRE(of.run_until([&] { return of.app.count(kind::accept_failed) == 1; }));
  of->unlisten(bound->id);
  const auto before = of.app.seen.size();
  of.run_for(120ms);
  CHECK(of.app.seen.size() == before);
}

TEST_CASE("Without a limit of its own a socket leaves descriptors to the rest of the process") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  auto lowered = before;
  lowered.rlim_cur = 20;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &lowered) == 0);
  world of;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  const auto where = of.listen();
  for (int i = 0; i < 11; ++i) {
    of.dial(where);
  }
  REQUIRE(of.run_until([&] { return of->totals().refused == 1; }));
  CHECK(of->totals().connections == 10);
}

// A socket on a thread where descriptors can be watched or not, as the test says.
struct fragile {
  fragile() {
    socket =
        std::make_unique<engine::stream_socket>(loop, memory, app, engine::socket_options{}, 1);
  }

  auto listen(const engine::listen_options& how = {}) {
    return socket->listen(loopback(), how, std::make_shared<const engine::connection_options>());
  }

  // One turn in which everything is ready.
  void turn() {
    source.report_all();
    loop.turn();
  }

  manual_readiness source;
  engine::io_loop loop{source};
  heap_memory memory;
  std::unique_ptr<engine::stream_socket> socket;
  application app{socket};
};

TEST_CASE("What cannot be watched cannot listen, and leaves no descriptor behind") {
  fragile of;
  of.source.watches_fail = true;
  const int before = next_descriptor();
  const auto bound = of.listen();
  REQUIRE(bound.has_error());
  CHECK(bound.error() == boost::system::errc::not_enough_memory);
  CHECK(next_descriptor() == before);
}

TEST_CASE("A connection that cannot be watched is closed, and counts for no limit") {
  fragile of;
  const auto bound = of.listen({.max_connections = 1});
  REQUIRE(bound.has_value());
  far_end unlucky(bound->address);
  of.source.watches_fail = true;
  of.turn();
  unlucky.pump();
  CHECK((unlucky.ended() || unlucky.failure() != 0));
  of.source.watches_fail = false;
  const far_end lucky(bound->address);
  of.turn();
  CHECK(of.socket->totals().connections == 1);
  CHECK(of.app.count(kind::refused) == 0);
  CHECK(of.app.count(kind::connect) == 1);
}

TEST_CASE("A connection that was made but cannot be watched has failed") {
  fragile of;
  const auto bound = of.listen();
  REQUIRE(bound.has_value());
  const auto token =
      of.socket->connect({.addresses = {bound->address},
                          .timeout = 10s,
                          .id = 7,
                          .options = std::make_shared<engine::connection_options>()});
  REQUIRE(token.has_value());
  of.source.watches_fail = true;
  of.turn();
  REQUIRE(of.app.last(kind::connect_failed) != nullptr);
  CHECK(of.app.last(kind::connect_failed)->token == *token);
  CHECK(of.app.last(kind::connect_failed)->code == boost::system::errc::not_enough_memory);
  CHECK(of.socket->connecting() == 0);
  CHECK(of.socket->totals().connections == 0);
}

}  // namespace
}  // namespace millrace::testing
