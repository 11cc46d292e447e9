#include "engine/transport/batched_socket.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "helpers/bytes.hpp"
#include "helpers/lines.hpp"
#include "helpers/manual_readiness.hpp"

namespace millrace::testing {
namespace {

using engine::bytes_view;

constexpr std::size_t kib_64 = 64 * 1024;

// A batched socket over one end of a socket pair; the test holds the other end. With
// SOCK_SEQPACKET each send arrives apart, so that sends can be counted.
struct pair_of_sockets {
  explicit pair_of_sockets(int type, int send_buffer = 0) {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    if (send_buffer != 0) {
      REQUIRE(::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer) == 0);
    }
    socket.emplace(loop, engine::descriptor(ends[0]));
    other.reset(ends[1]);
  }

  engine::error_code write(std::string_view head, std::string_view body) {
    const auto view = bytes(body);
    return socket->write(bytes(head), {&view, 1});
  }

  // One receive; "" when there is nothing.
  std::string receive_one() const {
    std::string room(1024 * 1024, '\0');
    const auto count = ::recv(other.get(), room.data(), room.size(), 0);
    room.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return room;
  }

  lines receive_all() const {
    lines received;
    for (auto one = receive_one(); !one.empty(); one = receive_one()) {
      received.push_back(std::move(one));
    }
    return received;
  }

  manual_readiness source;
  engine::io_loop loop{source};
  std::optional<engine::batched_socket> socket;
  engine::descriptor other;
};

std::string joined(const lines& parts) {
  std::string whole;
  for (const auto& part : parts) {
    whole += part;
  }
  return whole;
}

TEST_CASE("Small writes wait for the flush and leave in one send") {
  pair_of_sockets pair(SOCK_SEQPACKET);
  for (const auto* const payload : {"one", "two", "three"}) {
    CHECK_FALSE(pair.write("|", payload));
  }
  CHECK(pair.socket->unsent() == 14);
  CHECK(pair.receive_all().empty());
  CHECK_FALSE(pair.socket->flush());
  CHECK(pair.socket->unsent() == 0);
  CHECK(pair.receive_all() == lines{"|one|two|three"});
}

TEST_CASE("The chunks of one write leave in their order") {
  pair_of_sockets pair(SOCK_SEQPACKET);
  const std::array<bytes_view, 4> chunks{bytes("a"), bytes(""), bytes("bc"), bytes("d")};
  CHECK_FALSE(pair.socket->write(bytes("head:"), chunks));
  CHECK_FALSE(pair.socket->flush());
  CHECK(pair.receive_all() == lines{"head:abcd"});
}

TEST_CASE("A write of no bytes sends nothing") {
  pair_of_sockets pair(SOCK_SEQPACKET);
  CHECK_FALSE(pair.socket->write({}, {}));
  CHECK(pair.socket->unsent() == 0);
}

TEST_CASE("A large write leaves at once, in one send with what was waiting before it") {
  pair_of_sockets pair(SOCK_SEQPACKET);
  const auto large = pattern(64 * 1024);
  CHECK_FALSE(pair.write("1", "small"));
  CHECK_FALSE(pair.write("2", large));
  CHECK(pair.socket->unsent() == 0);
  CHECK(pair.receive_all() == lines{"1small2" + large});
}

TEST_CASE("A large write of many chunks arrives whole") {
  pair_of_sockets pair(SOCK_STREAM);
  const auto part = pattern(500);
  std::vector<bytes_view> chunks(100, bytes(part));
  CHECK_FALSE(pair.socket->write(bytes("head:"), chunks));
  CHECK_FALSE(pair.socket->flush());
  std::string expected = "head:";
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    expected += part;
  }
  CHECK(joined(pair.receive_all()) == expected);
}

TEST_CASE("A long batch does not wait for the end of the turn") {
  pair_of_sockets pair(SOCK_SEQPACKET);
  const auto payload = pattern(8 * 1024);
  lines received;
  for (int i = 0; i < 16; ++i) {
    CHECK_FALSE(pair.write("", payload));
  }
  received = pair.receive_all();
  CHECK(received.size() >= 2);
  CHECK(received.size() <= 8);
}

TEST_CASE("What the kernel does not take is kept, and the caller's memory is free at once") {
  pair_of_sockets pair(SOCK_STREAM, 8 * 1024);
  auto mine = pattern(1'000'000);
  const auto expected = mine;
  CHECK_FALSE(pair.write("", mine));
  CHECK(pair.socket->blocked());
  CHECK(pair.socket->unsent() > 0);
  mine.assign(mine.size(), 'X');
  std::string received;
  while (received.size() < expected.size()) {
    const auto part = joined(pair.receive_all());
    REQUIRE((!part.empty() || pair.socket->unsent() != 0));
    received += part;
    pair.socket->set_writable();
    CHECK_FALSE(pair.socket->flush());
  }
  CHECK(received == expected);
  CHECK_FALSE(pair.socket->blocked());
}

TEST_CASE("While the kernel is full, writes of every size queue up in order") {
  pair_of_sockets pair(SOCK_STREAM, 8 * 1024);
  std::string expected;
  for (std::size_t i = 0; i < 60; ++i) {
    const auto payload = pattern(i % 5 == 0 ? 40'000 : 100 * i, i);
    CHECK_FALSE(pair.write("<", payload));
    expected += "<" + payload;
  }
  CHECK(pair.socket->blocked());
  std::string received;
  for (int round = 0; round < 10'000 && received.size() < expected.size(); ++round) {
    received += joined(pair.receive_all());
    pair.socket->set_writable();
    CHECK_FALSE(pair.socket->flush());
  }
  CHECK(received == expected);
}

TEST_CASE("What is encoded in place is sent like what was written") {
  pair_of_sockets pair(SOCK_SEQPACKET);
  CHECK_FALSE(pair.write("", "written "));
  const auto room = pair.socket->prepare(20);
  std::ranges::copy(bytes("encoded"), room.begin());
  CHECK_FALSE(pair.socket->commit(7));
  CHECK_FALSE(pair.socket->flush());
  CHECK(pair.receive_all() == lines{"written encoded"});
}

TEST_CASE("A write to a peer that is gone fails without a signal") {
  pair_of_sockets pair(SOCK_STREAM);
  pair.other.reset();
  CHECK_FALSE(pair.write("", "small"));
  CHECK(pair.socket->flush() == boost::system::errc::broken_pipe);
  CHECK(pair.write("", pattern(64 * 1024)) == boost::system::errc::broken_pipe);
}

TEST_CASE("Unsent bytes can be dropped") {
  pair_of_sockets pair(SOCK_SEQPACKET);
  CHECK_FALSE(pair.write("", "never sent"));
  pair.socket->drop_unsent();
  CHECK(pair.socket->unsent() == 0);
  CHECK_FALSE(pair.write("", "sent"));
  CHECK_FALSE(pair.socket->flush());
  CHECK(pair.receive_all() == lines{"sent"});
}

TEST_CASE("Bytes are received into the caller's room first, the rest into the shared buffer") {
  pair_of_sockets pair(SOCK_STREAM);
  REQUIRE(::write(pair.other.get(), "roomshared", 10) == 10);
  std::string room(4, '\0');
  const auto got = pair.socket->receive(std::as_writable_bytes(std::span{room}), kib_64);
  CHECK(got.direct == 4);
  CHECK(room == "room");
  CHECK(text(got.shared) == "shared");
  CHECK(got.exhausted);
  CHECK_FALSE(got.ended);
  CHECK_FALSE(got.failure);
}

TEST_CASE("Room that is not filled leaves the shared buffer empty") {
  pair_of_sockets pair(SOCK_STREAM);
  REQUIRE(::write(pair.other.get(), "ab", 2) == 2);
  std::string room(4, '\0');
  const auto got = pair.socket->receive(std::as_writable_bytes(std::span{room}), kib_64);
  CHECK(got.direct == 2);
  CHECK(got.shared.empty());
}

TEST_CASE("No more is received into the shared buffer than was asked for") {
  pair_of_sockets pair(SOCK_STREAM);
  REQUIRE(::write(pair.other.get(), "abcdef", 6) == 6);
  const auto got = pair.socket->receive({}, 4);
  CHECK(text(got.shared) == "abcd");
  CHECK_FALSE(got.exhausted);
  CHECK(text(pair.socket->receive({}, 4).shared) == "ef");
}

TEST_CASE("With nothing to read, receiving gives neither bytes nor an end nor an error") {
  pair_of_sockets pair(SOCK_STREAM);
  const auto got = pair.socket->receive({}, kib_64);
  CHECK(got.direct == 0);
  CHECK(got.shared.empty());
  CHECK_FALSE(got.ended);
  CHECK_FALSE(got.failure);
}

TEST_CASE("The end of the other side is received behind its last bytes") {
  pair_of_sockets pair(SOCK_STREAM);
  REQUIRE(::write(pair.other.get(), "last", 4) == 4);
  pair.other.reset();
  CHECK(text(pair.socket->receive({}, kib_64).shared) == "last");
  CHECK(pair.socket->receive({}, kib_64).ended);
}

TEST_CASE("After the sending side is shut down the other end reads its end, and may still answer") {
  pair_of_sockets pair(SOCK_STREAM);
  pair.socket->shutdown_send();
  char unused = 0;
  CHECK(::recv(pair.other.get(), &unused, 1, 0) == 0);
  REQUIRE(::write(pair.other.get(), "answer", 6) == 6);
  CHECK(text(pair.socket->receive({}, kib_64).shared) == "answer");
}

TEST_CASE("A batch that is flushed goes back to the pool of the thread") {
  pair_of_sockets pair(SOCK_SEQPACKET);
  CHECK_FALSE(pair.write("", "first"));
  CHECK_FALSE(pair.socket->flush());
  auto lent = pair.loop.buffers().take();
  const auto* const memory = lent.prepare(1).data();
  pair.loop.buffers().give_back(std::move(lent));
  CHECK(pair.socket->prepare(1).data() == memory);
}

}  // namespace
}  // namespace millrace::testing
