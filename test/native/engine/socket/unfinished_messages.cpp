#include "engine/socket/unfinished_messages.hpp"

#include <doctest/doctest.h>

#include <chrono>

namespace millrace::testing {
namespace {

using namespace std::chrono_literals;

constexpr engine::time_point start{1h};

TEST_CASE("Messages that are not complete are summed up until they are") {
  engine::unfinished_messages all(1'000);
  CHECK(all.grow(1, 400, 10, start) == wire::nobody);
  CHECK(all.grow(2, 300, 10, start) == wire::nobody);
  CHECK(all.grow(1, 600, 300, start) == wire::nobody);
  CHECK(all.bytes() == 900);
  all.end(1);
  CHECK(all.bytes() == 300);
  all.end(1);
  all.end(2);
  CHECK(all.bytes() == 0);
}

TEST_CASE("Above the bound the one goes whose message comes slowest") {
  engine::unfinished_messages all(1'000);
  all.grow(1, 400, 390, start);
  all.grow(2, 400, 10, start);
  CHECK(all.grow(1, 700, 650, start + 10s) == 2);
  all.end(2);
  CHECK(all.bytes() == 700);
}

TEST_CASE("Who has just begun does not go for those who have stopped") {
  engine::unfinished_messages all(1'000);
  all.grow(1, 500, 450, start);
  all.grow(2, 500, 490, start);
  CHECK(all.grow(3, 100, 60, start + 60s) == 1);
}

TEST_CASE("A message that alone takes more than the bound goes") {
  engine::unfinished_messages all(1'000);
  CHECK(all.grow(7, 2'000, 1'500, start) == 7);
}

}  // namespace
}  // namespace millrace::testing
