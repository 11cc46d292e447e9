#include "engine/connection/assembly.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "helpers/bytes.hpp"
#include "helpers/heap_memory.hpp"

namespace millrace::testing {
namespace {

constexpr std::uint32_t kib = 1024;
constexpr std::uint32_t gib = 1024 * kib * kib;

struct message_in_parts {
  bool append(std::string_view part, std::size_t queued_bytes = 0) {
    return message.append(bytes(part), {announced, queued_bytes}, memory);
  }

  // As the descriptor is read straight into the room.
  bool receive(std::string_view part) {
    REQUIRE(part.size() <= message.room().size());
    std::ranges::copy(bytes(part), message.room().begin());
    message.commit(part.size());
    return append({});
  }

  std::uint32_t announced;
  heap_memory memory{};
  engine::assembly message{};
};

TEST_CASE("A small message is put together without a block of its own") {
  message_in_parts of{.announced = 6};
  CHECK_FALSE(of.message.active());
  CHECK(of.append("abc"));
  CHECK(of.message.active());
  CHECK_FALSE(of.message.is_large());
  CHECK(of.message.room().empty());
  CHECK(of.append("def"));
  CHECK(text(of.message.small_message()) == "abcdef");
  CHECK(of.memory.sizes.empty());
}

TEST_CASE("The longest small message is small, and one byte more is large") {
  message_in_parts small{.announced = engine::largest_shared_message};
  CHECK(small.append("a"));
  CHECK_FALSE(small.message.is_large());
  message_in_parts large{.announced = engine::largest_shared_message + 1};
  CHECK(large.append("a"));
  CHECK(large.message.is_large());
}

TEST_CASE("Adding takes memory only when the room does not outlast what is added") {
  message_in_parts of{.announced = gib};
  CHECK(of.message.must_grow(0));
  CHECK(of.append("a"));
  const auto room = of.message.room().size();
  CHECK_FALSE(of.message.must_grow(room - 1));
  CHECK(of.message.must_grow(room));
}

TEST_CASE("A large message has a block of its own, of exactly its length in the end") {
  const auto whole = pattern(300 * kib);
  message_in_parts of{.announced = 300 * kib};
  for (std::size_t at = 0; at < whole.size(); at += 7 * kib) {
    CHECK(of.append(std::string_view(whole).substr(at, 7 * kib)));
  }
  const auto block = of.message.take_large();
  CHECK(text(block->bytes()) == whole);
  CHECK_FALSE(of.message.active());
}

TEST_CASE("Memory follows what has arrived, not what was announced") {
  message_in_parts of{.announced = gib};
  std::size_t arrived = 0;
  while (arrived < kib * kib) {
    CHECK(of.append(pattern(5 * kib, arrived)));
    arrived += 5 * kib;
    CHECK(of.memory.held_bytes <= std::max<std::size_t>(64 * kib, 2 * arrived));
  }
}

TEST_CASE("A header alone, or one byte behind it, costs 64 KiB at most") {
  message_in_parts of{.announced = gib};
  CHECK(of.append("a"));
  CHECK(of.memory.held_bytes == 64 * kib);
}

TEST_CASE("What is known to wait in the kernel has arrived too, and saves steps of growing") {
  message_in_parts of{.announced = gib};
  CHECK(of.append("a", 500 * kib));
  CHECK(of.memory.held_bytes == 2 * (500 * kib + 1));
  message_in_parts whole{.announced = 600 * kib};
  CHECK(whole.append("a", 600 * kib - 1));
  CHECK(whole.memory.sizes == std::vector<std::size_t>{600 * kib});
}

TEST_CASE("A message between 16 and 64 KiB gets just its length") {
  message_in_parts of{.announced = 20 * kib};
  CHECK(of.append("a"));
  CHECK(of.memory.held_bytes == 20 * kib);
}

TEST_CASE("The room never ends before the message does, so that the next read has a place") {
  message_in_parts of{.announced = 200 * kib};
  CHECK(of.append(pattern(1)));
  std::size_t arrived = 1;
  while (arrived < of.announced) {
    const auto count = of.message.room().size();
    REQUIRE(count > 0);
    CHECK(of.receive(pattern(count, arrived)));
    arrived += count;
    CHECK(of.memory.held_bytes <= std::max<std::size_t>(64 * kib, 2 * arrived));
  }
  CHECK(arrived == of.announced);
  CHECK(of.message.room().empty());
  CHECK(text(of.message.take_large()->bytes()) == pattern(arrived));
}

TEST_CASE("One part may fill several sizes of the block") {
  const auto whole = pattern(900 * kib);
  message_in_parts of{.announced = 900 * kib};
  CHECK(of.append(whole));
  CHECK(text(of.message.take_large()->bytes()) == whole);
}

TEST_CASE("Without memory a large message cannot begin") {
  message_in_parts of{.announced = gib};
  of.memory.exhausted = true;
  CHECK_FALSE(of.append("a"));
  CHECK_FALSE(of.message.active());
}

TEST_CASE("Without memory a large message cannot grow, and what it had is given back") {
  message_in_parts of{.announced = gib};
  CHECK(of.append(pattern(60 * kib)));
  of.memory.exhausted = true;
  CHECK_FALSE(of.append(pattern(60 * kib)));
  of.message.clear();
  CHECK(of.memory.held_bytes == 0);
}

TEST_CASE("An unfinished message can be dropped, and the next one begins anew") {
  message_in_parts of{.announced = 3};
  CHECK(of.append("xy"));
  of.message.clear();
  CHECK_FALSE(of.message.active());
  CHECK(of.append("abc"));
  CHECK(text(of.message.small_message()) == "abc");
}

}  // namespace
}  // namespace millrace::testing
