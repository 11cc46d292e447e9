#include "engine/transport/byte_buffer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "helpers/bytes.hpp"

namespace millrace::testing {
namespace {

using engine::byte_buffer;

TEST_CASE("Bytes are consumed in the order in which they were appended") {
  byte_buffer buffer(8);
  buffer.append(bytes("abc"));
  buffer.append(bytes("def"));
  buffer.consume(2);
  buffer.append(bytes("g"));
  CHECK(text(buffer.bytes()) == "cdefg");
  CHECK(buffer.size() == 5);
}

TEST_CASE("A buffer begins without memory and grows as it must") {
  byte_buffer buffer;
  CHECK(buffer.capacity() == 0);
  CHECK(buffer.empty());
  buffer.append(bytes("a"));
  CHECK(buffer.capacity() >= 1);
  const auto more = pattern(10'000);
  buffer.append(bytes(more));
  CHECK(text(buffer.bytes()) == "a" + more);
}

TEST_CASE("Appending nothing takes no memory") {
  byte_buffer buffer;
  buffer.append({});
  CHECK(buffer.capacity() == 0);
}

TEST_CASE("Growing at least doubles the memory, so that many small pieces are not copied often") {
  byte_buffer buffer(16);
  buffer.append(bytes(pattern(17)));
  CHECK(buffer.capacity() == 32);
}

// |  consumed  | bytes |   becomes   | bytes |   room   |
TEST_CASE("Consumed memory is used again when what is left fits in front of itself") {
  byte_buffer buffer(16);
  buffer.append(bytes("0123456789abcdef"));
  buffer.consume(10);
  buffer.append(bytes("ghij"));
  CHECK(buffer.capacity() == 16);
  CHECK(text(buffer.bytes()) == "abcdefghij");
}

TEST_CASE("Bytes that would overlap themselves are moved to new memory") {
  byte_buffer buffer(16);
  buffer.append(bytes("0123456789abcdef"));
  buffer.consume(4);
  buffer.append(bytes("ghij"));
  CHECK(text(buffer.bytes()) == "456789abcdefghij");
}

TEST_CASE("Room that was prepared counts only as far as it is committed") {
  byte_buffer buffer(8);
  const auto room = buffer.prepare(6);
  CHECK(room.size() == 6);
  CHECK(buffer.empty());
  std::ranges::copy(bytes("xy"), room.begin());
  buffer.commit(2);
  CHECK(text(buffer.bytes()) == "xy");
}

TEST_CASE("An empty buffer starts at the front of its memory again") {
  byte_buffer buffer(4);
  const auto* const front = buffer.prepare(4).data();
  buffer.append(bytes("abc"));
  buffer.consume(3);
  CHECK(buffer.empty());
  CHECK(buffer.prepare(4).data() == front);
}

TEST_CASE("A moved buffer takes its bytes along and leaves nothing behind") {
  byte_buffer from(8);
  from.append(bytes("abc"));
  byte_buffer to = std::move(from);
  CHECK(text(to.bytes()) == "abc");
  from = byte_buffer();
  CHECK(from.capacity() == 0);
  from = std::move(to);
  CHECK(text(from.bytes()) == "abc");
}

TEST_CASE("Any mixture of appending and consuming keeps order and content") {
  byte_buffer buffer;
  std::size_t appended = 0;
  std::size_t consumed = 0;
  for (std::size_t step = 1; step < 2000; ++step) {
    const auto count = step * 37 % 97;
    buffer.append(bytes(pattern(count, appended)));
    appended += count;
    const auto taken = std::min(buffer.size(), step * 53 % 101);
    REQUIRE(text(buffer.bytes()) == pattern(appended - consumed, consumed));
    buffer.consume(taken);
    consumed += taken;
  }
}

TEST_CASE("The pool lends a buffer again that was given back, emptied") {
  engine::buffer_pool pool;
  auto lent = pool.take();
  CHECK(lent.capacity() > 0);
  lent.append(bytes("old"));
  const auto* const memory = lent.bytes().data();
  pool.give_back(std::move(lent));
  auto again = pool.take();
  CHECK(again.empty());
  CHECK(again.prepare(1).data() == memory);
}

TEST_CASE("What a backlog has grown is not kept by the pool") {
  engine::buffer_pool pool;
  auto lent = pool.take();
  lent.append(bytes(pattern(1'000'000)));
  pool.give_back(std::move(lent));
  CHECK(pool.take().capacity() < 100'000);
}

TEST_CASE("Giving back a buffer without memory keeps nothing") {
  engine::buffer_pool pool;
  pool.give_back({});
  CHECK(pool.take().capacity() > 0);
}

}  // namespace
}  // namespace millrace::testing
