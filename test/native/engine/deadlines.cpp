#include "engine/deadlines.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "helpers/function_deadline.hpp"
#include "helpers/lines.hpp"
#include "helpers/manual_readiness.hpp"

namespace millrace::testing {
namespace {

struct clockwork {
  void expire_at(int ms) {
    clock.move_to(ms);
    timers.expire();
  }

  manual_readiness clock;
  engine::deadlines timers{clock};
  lines fired;
};

TEST_CASE("Deadlines fire in the order of their times, not of their arming") {
  clockwork at;
  function_deadline late([&] { at.fired.push_back("late"); });
  function_deadline early([&] { at.fired.push_back("early"); });
  at.timers.arm(late, at.clock.at(20));
  at.timers.arm(early, at.clock.at(10));
  at.expire_at(30);
  CHECK(at.fired == lines{"early", "late"});
}

TEST_CASE("A deadline fires when its time has come, neither before nor twice") {
  clockwork at;
  function_deadline only([&] { at.fired.push_back("fired"); });
  at.timers.arm(only, at.clock.at(10));
  at.expire_at(9);
  CHECK(at.fired.empty());
  CHECK(only.armed());
  at.expire_at(10);
  CHECK(at.fired == lines{"fired"});
  CHECK_FALSE(only.armed());
  at.expire_at(11);
  CHECK(at.fired.size() == 1);
}

TEST_CASE("Deadlines of the same moment all fire") {
  clockwork at;
  function_deadline one([&] { at.fired.push_back("one"); });
  function_deadline other([&] { at.fired.push_back("other"); });
  at.timers.arm(one, at.clock.at(10));
  at.timers.arm(other, at.clock.at(10));
  at.expire_at(10);
  CHECK(at.fired == lines{"one", "other"});
}

TEST_CASE("Arming again moves a deadline") {
  clockwork at;
  function_deadline moved([&] { at.fired.push_back("fired"); });
  at.timers.arm(moved, at.clock.at(10));
  at.timers.arm(moved, at.clock.at(20));
  CHECK(moved.when() == at.clock.at(20));
  at.expire_at(15);
  CHECK(at.fired.empty());
  at.timers.arm(moved, at.clock.at(16));
  at.expire_at(16);
  CHECK(at.fired.size() == 1);
}

TEST_CASE("A cancelled or destroyed deadline does not fire") {
  clockwork at;
  function_deadline cancelled([&] { at.fired.push_back("cancelled"); });
  std::optional<function_deadline> destroyed([&] { at.fired.push_back("destroyed"); });
  at.timers.arm(cancelled, at.clock.at(10));
  at.timers.arm(*destroyed, at.clock.at(10));
  cancelled.cancel();
  destroyed.reset();
  at.expire_at(20);
  CHECK(at.fired.empty());
}

TEST_CASE("Cancelling what is not armed does nothing") {
  function_deadline idle([] {});
  idle.cancel();
  CHECK_FALSE(idle.armed());
}

TEST_CASE("A deadline that fires may arm itself again") {
  clockwork at;
  function_deadline again([&] {
    at.fired.push_back("fired");
    at.timers.arm(again, at.clock.now() + std::chrono::milliseconds(10));
  });
  at.timers.arm(again, at.clock.at(10));
  at.expire_at(10);
  at.expire_at(20);
  CHECK(at.fired.size() == 2);
  CHECK(again.armed());
}

TEST_CASE("A deadline that fires may cancel another that is due at the same time") {
  clockwork at;
  function_deadline other([&] { at.fired.push_back("other"); });
  function_deadline first([&] { other.cancel(); });
  at.timers.arm(first, at.clock.at(10));
  at.timers.arm(other, at.clock.at(10));
  at.expire_at(10);
  CHECK(at.fired.empty());
}

TEST_CASE("A deadline that fires may destroy itself and others") {
  clockwork at;
  std::optional<function_deadline> self;
  std::optional<function_deadline> other([&] { at.fired.push_back("other"); });
  function_deadline last([&] { at.fired.push_back("last"); });
  self.emplace([&] {
    other.reset();
    self.reset();
  });
  at.timers.arm(*self, at.clock.at(10));
  at.timers.arm(*other, at.clock.at(10));
  at.timers.arm(last, at.clock.at(10));
  at.expire_at(10);
  CHECK(at.fired == lines{"last"});
}

TEST_CASE("The thread is woken for the earliest deadline") {
  clockwork at;
  function_deadline late([] {});
  function_deadline early([] {});
  at.timers.arm(late, at.clock.at(20));
  CHECK(at.clock.wakes.back() == at.clock.at(20));
  at.timers.arm(early, at.clock.at(10));
  CHECK(at.clock.wakes.back() == at.clock.at(10));
}

TEST_CASE("A later deadline does not wake the thread before it is the earliest") {
  clockwork at;
  function_deadline early([] {});
  function_deadline late([] {});
  at.timers.arm(early, at.clock.at(10));
  at.timers.arm(late, at.clock.at(20));
  CHECK(at.clock.wakes.size() == 1);
  at.expire_at(10);
  CHECK(at.clock.wakes.back() == at.clock.at(20));
}

TEST_CASE("When the earliest is cancelled, the wake-up for it leads to one for the next") {
  clockwork at;
  function_deadline early([] {});
  function_deadline late([&] { at.fired.push_back("late"); });
  at.timers.arm(early, at.clock.at(10));
  at.timers.arm(late, at.clock.at(20));
  early.cancel();
  at.expire_at(10);
  CHECK(at.clock.wakes.back() == at.clock.at(20));
  at.expire_at(20);
  CHECK(at.fired == lines{"late"});
}

}  // namespace
}  // namespace millrace::testing
