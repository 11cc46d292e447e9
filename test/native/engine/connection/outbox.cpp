#include "engine/connection/outbox.hpp"

#include <doctest/doctest.h>

namespace millrace::testing {
namespace {

using engine::message_charge;

struct accounts {
  engine::connection_options options{.send_high_water_mark = 10'000, .max_buffered_bytes = 50'000};
  engine::send_budget total{.bound = 1'000'000};
  engine::outbox box{options, total};
};

TEST_CASE("Each message is charged its bytes and 128 more, so that empty ones are not free") {
  accounts of;
  of.box.add(1000);
  CHECK(of.box.charged() == 1000 + message_charge);
  of.box.add(4);
  CHECK(of.box.charged() == 1004 + 2 * message_charge);
  CHECK(message_charge == 128);
}

TEST_CASE("All peers of a socket are charged to one account too") {
  accounts of;
  engine::outbox other(of.options, of.total);
  of.box.add(100);
  other.add(200);
  CHECK(of.total.charged == 300 + 2 * message_charge);
  of.box.settle(0);
  CHECK(of.total.charged == 200 + message_charge);
}

TEST_CASE("When the kernel has taken a part, what remains is charged in proportion") {
  accounts of;
  of.box.add(1872);  // with its charge 2000
  of.box.settle(936);
  CHECK(of.box.charged() == 1000);
  of.box.settle(468);
  CHECK(of.box.charged() == 500);
  of.box.settle(0);
  CHECK(of.box.charged() == 0);
  CHECK(of.total.charged == 0);
}

TEST_CASE("A bound below the mark is the mark: who heeds it never meets the policy") {
  accounts of;
  of.options.max_buffered_bytes = 4'000;
  of.box.add(1'872);
  CHECK_FALSE(of.box.above_mark());
  of.box.add(1'872);
  CHECK(of.box.above_mark());
  of.box.settle(2 * 1'872 - 936);
  CHECK_FALSE(of.box.take_drain());
  of.box.settle(1'872);
  CHECK(of.box.take_drain());
}

TEST_CASE("What is dropped is counted in messages, a begun one as a whole one") {
  accounts of;
  CHECK(of.box.lost() == 0);
  for (int i = 0; i < 10; ++i) {
    of.box.add(100);
  }
  of.box.settle(1'000);
  of.box.settle(730);
  of.box.settle(350);
  of.box.drop();
  CHECK(of.box.lost() == 4);
  CHECK(of.box.charged() == 0);
  CHECK(of.total.charged == 0);
  of.box.drop();
  CHECK(of.box.lost() == 4);
}

TEST_CASE("Nothing is lost when all was taken in many small parts") {
  accounts of;
  of.box.add(1'000);
  of.box.add(1'000);
  for (std::size_t unsent = 2'000; unsent >= 7; unsent -= 7) {
    of.box.settle(unsent);
  }
  of.box.settle(0);
  of.box.drop();
  CHECK(of.box.lost() == 0);
}

TEST_CASE("Settling what has not changed changes nothing") {
  accounts of;
  of.box.settle(0);
  of.box.add(100);
  of.box.settle(100);
  CHECK(of.box.charged() == 100 + message_charge);
}

TEST_CASE("However the kernel takes it, nothing remains charged in the end") {
  accounts of;
  std::size_t unsent = 0;
  for (std::size_t step = 1; step < 500; ++step) {
    of.box.add(step * 7 % 1000);
    unsent += step * 7 % 1000;
    unsent -= unsent / 3;
    of.box.settle(unsent);
    CHECK(of.box.charged() >= unsent);
    CHECK(of.box.charged() == of.total.charged);
  }
  of.box.settle(0);
  CHECK(of.total.charged == 0);
}

TEST_CASE("An outbox that ends gives back what it was charged") {
  accounts of;
  {
    engine::outbox gone(of.options, of.total);
    gone.add(5000);
  }
  CHECK(of.total.charged == 0);
}

TEST_CASE("At the high-water mark the sender is to wait") {
  accounts of;
  of.box.add(10'000 - message_charge - 1);
  CHECK_FALSE(of.box.above_mark());
  of.box.add(0);
  CHECK(of.box.above_mark());
}

TEST_CASE("The drain comes once, when the queue has fallen to half of the mark") {
  accounts of;
  of.box.add(20'000 - message_charge);
  CHECK(of.box.above_mark());
  of.box.settle(10'000);
  CHECK_FALSE(of.box.take_drain());
  of.box.settle(4'900);
  CHECK(of.box.take_drain());
  CHECK_FALSE(of.box.take_drain());
}

TEST_CASE("Without a wait there is no drain") {
  accounts of;
  of.box.add(100);
  CHECK_FALSE(of.box.above_mark());
  of.box.settle(0);
  CHECK_FALSE(of.box.take_drain());
}

TEST_CASE("Each wait has its drain") {
  accounts of;
  for (int round = 0; round < 3; ++round) {
    of.box.add(20'000);
    CHECK(of.box.above_mark());
    of.box.settle(0);
    CHECK(of.box.take_drain());
  }
}

TEST_CASE("The bound is reached by what is queued already, so the peak is bound and one message") {
  accounts of;
  of.box.add(50'000 - message_charge - 1);
  CHECK_FALSE(of.box.at_bound());
  of.box.add(1'000'000);
  CHECK(of.box.at_bound());
  of.box.settle(0);
  CHECK_FALSE(of.box.at_bound());
}

}  // namespace
}  // namespace millrace::testing
