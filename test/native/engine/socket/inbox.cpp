#include "engine/socket/inbox.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "helpers/bytes.hpp"
#include "helpers/heap_memory.hpp"
#include "helpers/lines.hpp"
#include "helpers/silent_peer.hpp"

namespace millrace::testing {
namespace {

constexpr std::size_t kib = 1024;

struct inbox_of_two {
  std::shared_ptr<silent_peer> make(wire::routing_id id) {
    return std::make_shared<silent_peer>(engine::connection_identity{.id = id}, group, options);
  }

  bool receive(silent_peer& from, std::string_view payload) {
    from.receives(payload.size());
    if (!box.add_message(from.id(), bytes(payload))) {
      return false;
    }
    box.charge(from, payload.size());
    return true;
  }

  void receive_large(silent_peer& from, std::string_view payload) {
    from.receives(payload.size());
    auto block = memory.allocate(payload.size());
    std::ranges::copy(bytes(payload), block->bytes().begin());
    box.add_large_message(from.id(), std::move(block));
    box.charge(from, payload.size());
  }

  // Takes a batch as an application does.
  engine::batch take() {
    auto taken = box.take();
    for (const auto& sender : taken.senders) {
      sender.who->taken(sender.charge);
    }
    return taken;
  }

  no_events events;
  heap_memory memory;
  engine::connection_group group{.events = events,
                                 .memory = memory,
                                 .outbound = {},
                                 .inbound = engine::receive_budget{0},
                                 .total = {}};
  std::shared_ptr<engine::connection_options> options =
      std::make_shared<engine::connection_options>();
  std::shared_ptr<silent_peer> one = make(1);
  std::shared_ptr<silent_peer> two = make(2);
  engine::inbox box{memory};
};

std::string payload_of(const engine::batch& from, const engine::record& at) {
  const auto& block = from.blocks.at(at.kind_and_place >> 1);
  return text(block->bytes().subspan(at.offset, at.length));
}

lines transcript(const engine::batch& from) {
  lines shown;
  for (const auto& at : from.records) {
    const bool is_event = (at.kind_and_place & 1) == engine::record::event;
    shown.push_back(std::to_string(at.id) + " " + (is_event ? "event" : payload_of(from, at)));
  }
  return shown;
}

TEST_CASE("Messages of all peers lie in the batch in the order in which they came") {
  inbox_of_two of;
  CHECK(of.box.empty());
  CHECK(of.receive(*of.one, "a"));
  CHECK(of.receive(*of.two, "b"));
  CHECK(of.receive(*of.one, ""));
  CHECK(of.receive(*of.one, "c"));
  CHECK_FALSE(of.box.empty());
  CHECK(transcript(of.take()) == lines{"1 a", "2 b", "1 ", "1 c"});
  CHECK(of.box.empty());
}

TEST_CASE("Events keep their place between messages") {
  inbox_of_two of;
  using kind = engine::socket_event::kind;
  of.box.add_event({.what = kind::connect, .id = 1});
  CHECK(of.receive(*of.one, "a"));
  const auto large = pattern(20 * kib);
  of.receive_large(*of.one, large);
  of.box.add_event({.what = kind::disconnect, .id = 1});
  CHECK(of.receive(*of.two, "b"));
  const auto taken = of.take();
  CHECK(transcript(taken) == lines{"1 event", "1 a", "1 " + large, "1 event", "2 b"});
  CHECK(taken.events.at(taken.records[0].kind_and_place >> 1).what == kind::connect);
  CHECK(taken.events.at(taken.records[3].kind_and_place >> 1).what == kind::disconnect);
}

TEST_CASE("Each sender is named once in a batch") {
  inbox_of_two of;
  CHECK(of.receive(*of.two, "a"));
  CHECK(of.receive(*of.one, "b"));
  CHECK(of.receive(*of.two, "c"));
  const auto first = of.take();
  REQUIRE(first.senders.size() == 2);
  CHECK(first.senders[0].who == of.two);
  CHECK(first.senders[1].who == of.one);
  CHECK(of.receive(*of.two, "d"));
  CHECK(of.take().senders.size() == 1);
}

TEST_CASE("Small messages share a slab, which is filled on over several batches") {
  inbox_of_two of;
  CHECK(of.receive(*of.one, "first"));
  CHECK(of.receive(*of.two, "second"));
  const auto first = of.take();
  CHECK(of.receive(*of.one, "third"));
  const auto second = of.take();
  CHECK(first.blocks.size() == 1);
  CHECK(second.blocks == first.blocks);
  CHECK(second.records[0].offset == 11);
  CHECK(of.memory.sizes == std::vector<std::size_t>{16 * kib});
  CHECK(transcript(first) == lines{"1 first", "2 second"});
  CHECK(transcript(second) == lines{"1 third"});
}

TEST_CASE("A slab that is used up is followed by another, in the same batch too") {
  inbox_of_two of;
  lines sent;
  for (std::size_t i = 0; i < 40; ++i) {
    const auto payload = pattern(kib, i);
    CHECK(of.receive(*of.one, payload));
    sent.push_back("1 " + payload);
  }
  const auto taken = of.take();
  CHECK(taken.blocks.size() > 1);
  CHECK(std::set(taken.blocks.begin(), taken.blocks.end()).size() == taken.blocks.size());
  CHECK(transcript(taken) == sent);
}

TEST_CASE("A slab that the application has taken away is not written to any more") {
  inbox_of_two of;
  CHECK(of.receive(*of.one, "first"));
  const auto first = of.take();
  of.memory.writable = false;
  CHECK(of.receive(*of.one, "second"));
  const auto second = of.take();
  CHECK(second.blocks != first.blocks);
  CHECK(second.records[0].offset == 0);
  CHECK(transcript(first) == lines{"1 first"});
  CHECK(transcript(second) == lines{"1 second"});
}

TEST_CASE("Under load slabs grow to what a batch carries, for tiny messages to 64 KiB at most") {
  inbox_of_two of;
  const auto largest_after_load = [&](std::size_t message_bytes) {
    of.memory.sizes.clear();
    for (int round = 0; round < 3; ++round) {
      for (std::size_t sent = 0; sent < 512 * kib; sent += message_bytes) {
        CHECK(of.receive(*of.one, pattern(message_bytes)));
      }
      of.box.recycle(of.take());
    }
    return *std::ranges::max_element(of.memory.sizes);
  };
  CHECK(largest_after_load(kib) == 64 * kib);
  CHECK(largest_after_load(8 * kib) == 512 * kib);
}

TEST_CASE("The longest message of a slab fits into the first one") {
  inbox_of_two of;
  CHECK(of.receive(*of.one, pattern(16 * kib)));
  CHECK(of.memory.sizes == std::vector<std::size_t>{16 * kib});
}

TEST_CASE("A longer message lies alone in a block of its own length") {
  inbox_of_two of;
  const auto large = pattern(16 * kib + 1);
  CHECK(of.receive(*of.one, "a"));
  CHECK(of.receive(*of.one, large));
  CHECK(of.receive(*of.one, "b"));
  const auto taken = of.take();
  REQUIRE(taken.blocks.size() == 2);
  CHECK(taken.blocks[1]->bytes().size() == large.size());
  CHECK(transcript(taken) == lines{"1 a", "1 " + large, "1 b"});
}

TEST_CASE("An empty message needs no room, yet has a place") {
  inbox_of_two of;
  CHECK(of.receive(*of.one, ""));
  const auto taken = of.take();
  CHECK(transcript(taken) == lines{"1 "});
}

TEST_CASE("Without memory a message is not taken, and what was there before stays") {
  inbox_of_two of;
  CHECK(of.receive(*of.one, "kept"));
  of.memory.exhausted = true;
  CHECK_FALSE(of.box.add_message(of.one->id(), bytes(pattern(16 * kib))));
  CHECK_FALSE(of.box.add_message(of.one->id(), bytes(pattern(17 * kib))));
  of.memory.exhausted = false;
  CHECK(of.receive(*of.one, "more"));
  CHECK(transcript(of.take()) == lines{"1 kept", "1 more"});
}

TEST_CASE("A batch that is given back lends its memory to a later one, empty") {
  inbox_of_two of;
  CHECK(of.receive(*of.one, "a"));
  of.box.add_event({.what = engine::socket_event::kind::drain, .id = 1});
  of.box.recycle(of.take());
  CHECK(of.one.use_count() == 1);
  CHECK(transcript(of.take()).empty());
  CHECK(of.receive(*of.one, "b"));
  CHECK(transcript(of.take()) == lines{"1 b"});
}

}  // namespace
}  // namespace millrace::testing
