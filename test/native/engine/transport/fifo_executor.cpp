#include "engine/transport/fifo_executor.hpp"

#include <doctest/doctest.h>

#include <boost/asio/defer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/executor.hpp>
#include <boost/asio/is_executor.hpp>
#include <boost/asio/post.hpp>
#include <memory>

#include "helpers/lines.hpp"

namespace millrace::testing {
namespace {

static_assert(boost::asio::execution::is_executor<engine::fifo_executor>::value);

TEST_CASE("Queued work runs in the order in which it was queued") {
  engine::fifo_queue queue;
  lines seen;
  for (const auto* const name : {"first", "second", "third"}) {
    queue.push([&seen, name] { seen.push_back(name); });
  }
  CHECK(seen.empty());
  queue.drain();
  CHECK(seen == lines{"first", "second", "third"});
  CHECK(queue.empty());
}

TEST_CASE("Work that is queued while the queue is drained runs in the same drain, at the end") {
  engine::fifo_queue queue;
  lines seen;
  queue.push([&] {
    seen.push_back("first");
    queue.push([&] { seen.push_back("added"); });
  });
  queue.push([&] { seen.push_back("second"); });
  queue.drain();
  CHECK(seen == lines{"first", "second", "added"});
}

TEST_CASE("The queue can be used again after it was drained") {
  engine::fifo_queue queue;
  int runs = 0;
  for (int round = 0; round < 3; ++round) {
    queue.push([&] { ++runs; });
    CHECK_FALSE(queue.empty());
    queue.drain();
  }
  CHECK(runs == 3);
}

TEST_CASE("Draining an empty queue does nothing") {
  engine::fifo_queue queue;
  queue.drain();
  CHECK(queue.empty());
}

TEST_CASE("A function that can only be moved can be queued") {
  engine::fifo_queue queue;
  int seen = 0;
  queue.push([&seen, owned = std::make_unique<int>(7)] { seen = *owned; });
  queue.drain();
  CHECK(seen == 7);
}

TEST_CASE("A function object of the caller is copied") {
  engine::fifo_queue queue;
  int runs = 0;
  const auto function = [&runs] { ++runs; };
  queue.push(function);
  queue.push(function);
  queue.drain();
  CHECK(runs == 2);
}

TEST_CASE("What work holds is let go when it has run") {
  engine::fifo_queue queue;
  auto held = std::make_shared<int>(0);
  queue.push([held] {});
  queue.push([&held] { CHECK(held.use_count() == 1); });
  queue.drain();
}

TEST_CASE("A queue that is destroyed runs nothing and lets go of everything") {
  const auto held = std::make_shared<int>(0);
  bool ran = false;
  {
    engine::fifo_queue queue;
    for (int i = 0; i < 100'000; ++i) {
      queue.push([held, &ran] { ran = true; });
    }
  }
  CHECK_FALSE(ran);
  CHECK(held.use_count() == 1);
}

struct queues_when_destroyed {
  explicit queues_when_destroyed(engine::fifo_queue& to) : queue(&to) {}
  queues_when_destroyed(queues_when_destroyed&& other) noexcept
      : queue(std::exchange(other.queue, nullptr)) {}
  queues_when_destroyed& operator=(queues_when_destroyed&&) = delete;
  ~queues_when_destroyed() {
    if (queue) {
      queue->push([] {});
    }
  }
  void operator()() const {}
  engine::fifo_queue* queue;
};

TEST_CASE("The end of queued work may queue more, also while the queue is destroyed") {
  engine::fifo_queue queue;
  queue.push(queues_when_destroyed(queue));
  queue.drain();
  CHECK(queue.empty());
  queue.push(queues_when_destroyed(queue));
}

TEST_CASE("What Asio posts, defers or dispatches goes through the queue, in order") {
  boost::asio::io_context services;
  engine::fifo_queue queue;
  const engine::fifo_executor executor(queue, services);
  lines seen;
  boost::asio::post(executor, [&] { seen.push_back("posted"); });
  boost::asio::defer(executor, [&] { seen.push_back("deferred"); });
  boost::asio::dispatch(executor, [&] { seen.push_back("dispatched"); });
  CHECK(seen.empty());
  queue.drain();
  CHECK(seen == lines{"posted", "deferred", "dispatched"});
}

TEST_CASE("Asio finds the services that the executor was given") {
  boost::asio::io_context services;
  engine::fifo_queue queue;
  const engine::fifo_executor executor(queue, services);
  CHECK(&boost::asio::query(executor, boost::asio::execution::context) == &services);
  CHECK(boost::asio::require(executor, boost::asio::execution::blocking.never) == executor);
}

}  // namespace
}  // namespace millrace::testing
