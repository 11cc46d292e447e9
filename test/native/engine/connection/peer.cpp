#include "engine/connection/peer.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "helpers/heap_memory.hpp"
#include "helpers/silent_peer.hpp"

namespace millrace::testing {
namespace {

using engine::message_charge;

// Two peers of one socket. Nine hundred bytes with their charge are 1,028.
struct readers {
  std::shared_ptr<silent_peer> make(wire::routing_id id) {
    return std::make_shared<silent_peer>(engine::connection_identity{.id = id}, group, options);
  }

  no_events events;
  heap_memory memory;
  engine::connection_group group{.events = events,
                                 .memory = memory,
                                 .outbound = {},
                                 .inbound = engine::receive_budget{4'000},
                                 .total = {}};
  std::shared_ptr<engine::connection_options> options =
      std::make_shared<engine::connection_options>(
          engine::connection_options{.receive_high_water_mark = 2'000});
  std::shared_ptr<silent_peer> one = make(1);
  std::shared_ptr<silent_peer> other = make(2);
};

TEST_CASE("Messages that nobody has taken stop the reading of their peer at its mark") {
  readers of;
  of.one->receives(900);
  CHECK(of.one->may_read());
  of.one->receives(900);
  CHECK_FALSE(of.one->may_read());
  CHECK(of.other->may_read());
}

TEST_CASE("Empty messages stop it too") {
  readers of;
  for (int i = 0; i < 16; ++i) {
    of.one->receives(0);
  }
  CHECK_FALSE(of.one->may_read());
}

TEST_CASE("A batch that is taken frees all of it") {
  readers of;
  of.one->receives(5'000);
  of.one->batch_is_taken();
  CHECK(of.one->may_read());
  CHECK(of.one->all_taken());
  CHECK(of.group.inbound.charged() == 0);
}

TEST_CASE("A message that is held stays charged until it is released") {
  readers of;
  of.one->receives(1'900);
  of.one->receives(100);
  of.one->hold(1'900 + message_charge);
  of.one->batch_is_taken();
  CHECK(of.group.inbound.charged() == 1'900 + message_charge);
  CHECK_FALSE(of.one->may_read());
  of.one->release(1'900 + message_charge);
  CHECK(of.group.inbound.charged() == 0);
  CHECK(of.one->all_taken());
}

TEST_CASE("No more can be held than was received, nor released than is held") {
  readers of;
  of.one->receives(100);
  of.one->hold(1'000'000);
  of.one->batch_is_taken();
  CHECK(of.group.inbound.charged() == 100 + message_charge);
  of.one->release(1'000'000);
  of.one->release(1);
  CHECK(of.group.inbound.charged() == 0);
}

TEST_CASE("At the mark of the socket a peer may still bring one message, so that nobody starves") {
  readers of;
  of.one->receives(5'000);
  CHECK_FALSE(of.one->may_read());
  CHECK(of.other->may_read());
  of.other->receives(1);
  CHECK_FALSE(of.other->may_read());
}

TEST_CASE("Half of the mark has to be free before reading starts again") {
  readers of;
  of.one->receives(900);
  of.one->receives(900);
  of.one->hold(2 * (900 + message_charge));
  of.one->batch_is_taken();
  CHECK_FALSE(of.one->below_half_mark());
  of.one->release(900 + message_charge);
  CHECK_FALSE(of.one->below_half_mark());
  of.one->release(100);
  CHECK(of.one->below_half_mark());
}

TEST_CASE("Batches that are handed over one behind the other are taken one by one") {
  readers of;
  of.one->receives(500);
  of.one->receives(700);
  of.one->taken(500 + message_charge);
  CHECK(of.group.inbound.charged() == 700 + message_charge);
  of.one->taken(700 + message_charge);
  CHECK(of.one->all_taken());
}

TEST_CASE("What is held of one batch is no part of the next") {
  readers of;
  of.one->receives(500);
  of.one->receives(700);
  of.one->hold(500 + message_charge);
  of.one->taken(500 + message_charge);
  CHECK(of.group.inbound.charged() == 1'200 + 2 * message_charge);
  of.one->taken(700 + message_charge);
  CHECK(of.group.inbound.charged() == 500 + message_charge);
}

TEST_CASE("What a peer has brought stays charged when it leaves, until it is taken") {
  readers of;
  of.one->receives(700);
  of.one->receives(300);
  of.one->hold(700 + message_charge);
  of.one->leave();
  CHECK(of.group.inbound.charged() == 1'000 + 2 * message_charge);
  CHECK(of.group.orphaned == 700 + message_charge);
  of.one->batch_is_taken();
  CHECK(of.group.inbound.charged() == 700 + message_charge);
}

TEST_CASE("A peer that is paused is not read, whatever room there is") {
  readers of;
  of.one->pause(true);
  CHECK_FALSE(of.one->may_read());
  CHECK(of.other->may_read());
  of.one->pause(false);
  CHECK(of.one->may_read());
}

TEST_CASE("What comes in is counted for the peer and for the socket") {
  readers of;
  of.one->receives(10);
  of.other->receives(5);
  CHECK(of.one->counters().messages_in.value() == 1);
  CHECK(of.one->counters().bytes_in.value() == 10);
  CHECK(of.group.total.messages_in.value() == 2);
  CHECK(of.group.total.bytes_in.value() == 15);
}

}  // namespace
}  // namespace millrace::testing
