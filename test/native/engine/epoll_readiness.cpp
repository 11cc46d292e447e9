#include "engine/epoll_readiness.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "engine/io_loop.hpp"
#include "helpers/function_deadline.hpp"
#include "helpers/lines.hpp"

namespace millrace::testing {
namespace {

using namespace std::chrono_literals;

struct noting_handler final : engine::ready_handler {
  void on_ready(bool readable, bool writable) noexcept override {
    if (readable) {
      seen.push_back("readable");
    }
    if (writable) {
      seen.push_back("writable");
    }
  }
  lines seen;
};

struct watched_pair {
  watched_pair() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    own.reset(ends[0]);
    other.reset(ends[1]);
    watch = readiness.watch(own.get(), handler);
    REQUIRE(watch != nullptr);
  }

  void look() { readiness.run_once(loop, 0ms); }
  void arrive() const { REQUIRE(::write(other.get(), "x", 1) == 1); }

  engine::epoll_readiness readiness;
  engine::io_loop loop{readiness};
  engine::descriptor own;
  engine::descriptor other;
  noting_handler handler;
  std::unique_ptr<engine::descriptor_watch> watch;
};

TEST_CASE("Nothing is reported before it is wanted") {
  watched_pair of;
  of.arrive();
  of.look();
  CHECK(of.handler.seen.empty());
}

TEST_CASE("What is wanted is reported as long as it lasts") {
  watched_pair of;
  of.watch->want(true, false);
  of.look();
  CHECK(of.handler.seen.empty());
  of.arrive();
  of.look();
  of.look();
  CHECK(of.handler.seen == lines{"readable", "readable"});
}

TEST_CASE("Reading and writing are wanted apart") {
  watched_pair of;
  of.arrive();
  of.watch->want(false, true);
  of.look();
  of.watch->want(true, false);
  of.look();
  of.watch->want(true, true);
  of.look();
  CHECK(of.handler.seen == lines{"writable", "readable", "readable", "writable"});
}

TEST_CASE("A hang-up is reported as both, so that whoever waits meets the error") {
  watched_pair of;
  of.watch->want(true, false);
  of.other.reset();
  of.look();
  CHECK(of.handler.seen == lines{"readable", "writable"});
}

TEST_CASE("A hang-up is not reported while nothing is wanted") {
  watched_pair of;
  of.watch->want(true, true);
  of.watch->want(false, false);
  of.other.reset();
  of.look();
  CHECK(of.handler.seen.empty());
}

TEST_CASE("After its watch is destroyed a descriptor is not reported any more") {
  watched_pair of;
  of.watch->want(true, false);
  of.arrive();
  of.watch.reset();
  of.look();
  CHECK(of.handler.seen.empty());
}

TEST_CASE("What cannot be watched gives no watch") {
  engine::epoll_readiness readiness;
  noting_handler handler;
  CHECK(readiness.watch(-1, handler) == nullptr);
}

// Long enough to tell a deadline that woke the thread from one that was found by chance.
constexpr auto long_wait = 5s;

TEST_CASE("A wait ends for each deadline, not only for the first") {
  engine::epoll_readiness readiness;
  engine::io_loop loop(readiness);
  int fired = 0;
  function_deadline first([&] { ++fired; });
  function_deadline second([&] { ++fired; });
  const auto begin = readiness.now();
  loop.timers().arm(first, begin + 5ms);
  loop.timers().arm(second, begin + 30ms);
  while (fired < 2) {
    readiness.run_once(loop, long_wait);
  }
  CHECK(readiness.now() - begin < long_wait);
}

TEST_CASE("Another turn that is asked for does not make the thread forget a deadline") {
  engine::epoll_readiness readiness;
  engine::io_loop loop(readiness);
  bool fired = false;
  function_deadline only([&] { fired = true; });
  const auto begin = readiness.now();
  loop.timers().arm(only, begin + 30ms);
  readiness.wake_soon();
  readiness.run_once(loop, long_wait);
  CHECK_FALSE(fired);
  while (!fired) {
    readiness.run_once(loop, long_wait);
  }
  CHECK(readiness.now() - begin < long_wait);
}

TEST_CASE("A thread without work waits, whatever was due before") {
  engine::epoll_readiness readiness;
  engine::io_loop loop(readiness);
  bool fired = false;
  function_deadline only([&] { fired = true; });
  loop.timers().arm(only, readiness.now());
  while (!fired) {
    readiness.run_once(loop, long_wait);
  }
  readiness.run_once(loop, 0ms);
  const auto begin = readiness.now();
  readiness.run_once(loop, 20ms);
  CHECK(readiness.now() - begin >= 19ms);
}

}  // namespace
}  // namespace millrace::testing
