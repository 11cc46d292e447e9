#include "engine/io_loop.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <utility>

#include "helpers/function_deadline.hpp"
#include "helpers/lines.hpp"
#include "helpers/manual_readiness.hpp"

namespace millrace::testing {
namespace {

template <class Base>
struct stage_base : Base {
  explicit stage_base(std::function<void()> what) : action(std::move(what)) {}
  std::function<void()> action;

 protected:
  ~stage_base() = default;
};

struct reading final : stage_base<engine::ready_work> {
  using stage_base::stage_base;
  void on_turn() noexcept override { action(); }
};

struct delivering final : stage_base<engine::undelivered> {
  using stage_base::stage_base;
  void on_deliver() noexcept override { action(); }
};

struct flushing final : stage_base<engine::unflushed> {
  using stage_base::stage_base;
  void on_turn_end() noexcept override { action(); }
};

struct stages {
  std::function<void()> noting(const char* what) {
    return [this, what] { seen.push_back(what); };
  }

  manual_readiness source;
  engine::io_loop loop{source};
  lines seen;
};

TEST_CASE("A turn reads, runs queued work, judges deadlines, delivers and flushes, in this order") {
  stages of;
  reading read(of.noting("read"));
  delivering deliver(of.noting("deliver"));
  flushing flush(of.noting("flush"));
  function_deadline deadline(of.noting("deadline"));
  of.loop.add(flush);
  of.loop.add(deliver);
  of.loop.timers().arm(deadline, of.source.now());
  of.loop.queue().push(of.noting("queue"));
  of.loop.add(read);
  of.loop.turn();
  CHECK(of.seen == lines{"read", "queue", "deadline", "deliver", "flush"});
}

TEST_CASE("Catching up leaves deadlines to the turn that follows a look at the descriptors") {
  stages of;
  reading read(of.noting("read"));
  delivering deliver(of.noting("deliver"));
  function_deadline deadline(of.noting("deadline"));
  of.loop.add(deliver);
  of.loop.timers().arm(deadline, of.source.now());
  of.loop.add(read);
  of.loop.catch_up();
  CHECK(of.seen == lines{"read", "deliver"});
  of.loop.turn();
  CHECK(of.seen == lines{"read", "deliver", "deadline"});
}

TEST_CASE("Work that is added twice runs once") {
  stages of;
  reading read(of.noting("read"));
  of.loop.add(read);
  of.loop.add(read);
  of.loop.turn();
  CHECK(of.seen == lines{"read"});
}

TEST_CASE("Reading that is not finished goes on in the next turn, which is asked for") {
  stages of;
  reading read([&] {
    of.seen.push_back("read");
    of.loop.add(read);
  });
  of.loop.add(read);
  of.loop.turn();
  CHECK(of.seen.size() == 1);
  CHECK(of.loop.has_work());
  CHECK(of.source.soon == 1);
  of.loop.turn();
  CHECK(of.seen.size() == 2);
}

TEST_CASE("A turn that leaves nothing to do asks for no other") {
  stages of;
  reading read(of.noting("read"));
  of.loop.add(read);
  of.loop.turn();
  CHECK_FALSE(of.loop.has_work());
  CHECK(of.source.soon == 0);
}

TEST_CASE("What a delivery sends is flushed before the turn ends") {
  stages of;
  flushing flush(of.noting("flush"));
  delivering deliver([&] { of.loop.add(flush); });
  of.loop.add(deliver);
  of.loop.turn();
  CHECK(of.seen == lines{"flush"});
}

TEST_CASE("What a flush or a delivery has to tell is delivered in the same turn") {
  stages of;
  delivering deliver(of.noting("deliver"));
  flushing flush([&] { of.loop.add(deliver); });
  of.loop.add(flush);
  of.loop.turn();
  CHECK(of.seen == lines{"deliver"});
}

TEST_CASE("Deliveries that cause deliveries without end do not keep the turn") {
  stages of;
  int count = 0;
  delivering deliver([&] {
    ++count;
    of.loop.add(deliver);
  });
  of.loop.add(deliver);
  of.loop.turn();
  CHECK(count > 1);
  CHECK(count < 1000);
  CHECK(of.source.soon == 1);
}

TEST_CASE("Work may be destroyed before its turn, also by other work of the same turn") {
  stages of;
  std::optional<reading> gone(std::in_place, of.noting("gone"));
  reading first([&] { gone.reset(); });
  reading last(of.noting("last"));
  of.loop.add(first);
  of.loop.add(*gone);
  of.loop.add(last);
  of.loop.turn();
  CHECK(of.seen == lines{"last"});
}

TEST_CASE("Work may destroy itself") {
  stages of;
  std::optional<reading> self;
  self.emplace([&] { self.reset(); });
  std::optional<delivering> delivery;
  delivery.emplace([&] { delivery.reset(); });
  of.loop.add(*self);
  of.loop.add(*delivery);
  of.loop.turn();
  CHECK_FALSE(self.has_value());
  CHECK_FALSE(delivery.has_value());
  CHECK_FALSE(of.loop.has_work());
}

TEST_CASE("A flush outside of a turn runs once for all that was sent before it") {
  stages of;
  flushing flush(of.noting("flush"));
  of.loop.add(flush);
  of.loop.flush();
  of.loop.flush();
  CHECK(of.seen == lines{"flush"});
}

}  // namespace
}  // namespace millrace::testing
