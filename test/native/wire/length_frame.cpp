#include "wire/length_frame.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "helpers/bytes.hpp"
#include "helpers/lines.hpp"

namespace millrace::testing {
namespace {

using wire::length_decoder;
using event = length_decoder::event;

constexpr std::uint32_t limit = 16;

// Puts together what the decoder takes apart.
class reader {
 public:
  explicit reader(std::uint32_t most = limit) : decoder(most) {}

  // False once the stream cannot be read any further.
  bool feed(std::string_view piece) {
    auto input = bytes(piece);
    for (;;) {
      const auto step = decoder.next(input);
      switch (step.what) {
        case event::starved:
          CHECK(input.empty());
          return true;
        case event::message:
          messages.push_back(text(step.bytes));
          break;
        case event::fragment:
          add(text(step.bytes));
          break;
        case event::too_long:
          return false;
      }
    }
  }

  length_decoder decoder;
  lines messages;

 private:
  void add(const std::string& part) {
    CHECK_FALSE(part.empty());
    unfinished_ += part;
    CHECK(unfinished_.size() + decoder.missing() == decoder.length());
    if (decoder.missing() == 0) {
      messages.push_back(std::exchange(unfinished_, {}));
    }
  }

  std::string unfinished_;
};

TEST_CASE("A header is the length of the payload, four bytes, the most significant first") {
  CHECK(text(wire::make_length_header(0x00010203)) == std::string("\0\1\2\3", 4));
}

TEST_CASE("Whole messages come out of one piece of input, one after the other") {
  reader from;
  CHECK(from.feed(framed("one") + framed("two")));
  CHECK(from.messages == lines{"one", "two"});
}

TEST_CASE("A message of no bytes is a message") {
  reader from;
  CHECK(from.feed(framed("") + framed("")));
  CHECK(from.messages == lines{"", ""});
}

// Bit n of `cuts` says whether the stream is cut behind byte n.
lines read_in_pieces(std::string_view stream, std::uint32_t cuts) {
  reader from;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < stream.size(); ++i) {
    if ((cuts >> i & 1U) != 0 || i + 1 == stream.size()) {
      CHECK(from.feed(stream.substr(begin, i + 1 - begin)));
      begin = i + 1;
    }
  }
  CHECK_FALSE(from.decoder.inside_message());
  return from.messages;
}

TEST_CASE("Every way to cut a stream into pieces gives the same messages") {
  const auto stream = framed("abc") + framed("") + framed("x");
  REQUIRE(stream.size() == 16);
  for (std::uint32_t cuts = 0; cuts < 1U << 15; ++cuts) {
    REQUIRE(read_in_pieces(stream, cuts) == lines{"abc", "", "x"});
  }
}

TEST_CASE("A header may be cut behind each of its bytes") {
  const auto stream = framed("payload");
  for (std::size_t cut = 0; cut <= wire::length_header_bytes; ++cut) {
    CAPTURE(cut);
    reader from;
    CHECK(from.feed(stream.substr(0, cut)));
    CHECK(from.decoder.inside_message() == (cut != 0));
    CHECK(from.feed(stream.substr(cut)));
    CHECK(from.messages == lines{"payload"});
  }
}

TEST_CASE("Empty pieces change nothing") {
  reader from;
  for (const char byte : framed("ab")) {
    CHECK(from.feed(""));
    CHECK(from.feed({&byte, 1}));
  }
  CHECK(from.feed(""));
  CHECK(from.messages == lines{"ab"});
}

TEST_CASE("A message of exactly the limit passes") {
  reader from;
  const auto payload = pattern(limit);
  CHECK(from.feed(framed(payload)));
  CHECK(from.messages == lines{payload});
}

TEST_CASE(
    "A message of one byte more than the limit is refused as soon as its header is complete") {
  reader from;
  const auto announced = header(limit + 1);
  CHECK(from.feed(announced.substr(0, 3)));
  CHECK_FALSE(from.feed(announced.substr(3)));
}

TEST_CASE("Messages before one that is too long are read") {
  reader from;
  CHECK_FALSE(from.feed(framed("first") + header(limit + 1) + "rest"));
  CHECK(from.messages == lines{"first"});
}

TEST_CASE("The longest length that can be written is a length like any other") {
  constexpr auto longest = std::numeric_limits<std::uint32_t>::max();
  SUBCASE("over the limit it is refused") {
    reader from(longest - 1);
    CHECK_FALSE(from.feed(header(longest)));
  }
  SUBCASE("within the limit it begins a message") {
    length_decoder decoder(longest);
    const auto stream = header(longest) + "abc";
    auto input = bytes(stream);
    const auto step = decoder.next(input);
    CHECK(step.what == event::fragment);
    CHECK(text(step.bytes) == "abc");
    CHECK(decoder.missing() == longest - 3);
  }
}

TEST_CASE("With a limit of no bytes only empty messages pass") {
  reader from(0);
  CHECK(from.feed(framed("")));
  CHECK_FALSE(from.feed(framed("x")));
  CHECK(from.messages == lines{""});
}

TEST_CASE("Whole messages and fragments are parts of the input, not copies") {
  length_decoder decoder(limit);
  const auto stream = framed("whole") + header(9) + "part";
  auto input = bytes(stream);
  const auto* const begin = input.data();
  CHECK(decoder.next(input).bytes.data() == begin + 4);
  CHECK(decoder.next(input).bytes.data() == begin + 13);
}

TEST_CASE("Bytes that were read straight into their place are skipped") {
  reader from;
  CHECK(from.feed(header(8) + "ab"));
  CHECK(from.decoder.missing() == 6);
  from.decoder.skip(5);
  CHECK(from.decoder.missing() == 1);
  CHECK(from.decoder.inside_message());
  from.decoder.skip(1);
  CHECK_FALSE(from.decoder.inside_message());
  CHECK(from.feed(framed("next")));
  CHECK(from.messages == lines{"next"});
}

TEST_CASE("A stream ends inside a message when a part of header or payload is missing") {
  const auto stream = framed("abc");
  for (std::size_t arrived = 0; arrived <= stream.size(); ++arrived) {
    CAPTURE(arrived);
    reader from;
    CHECK(from.feed(stream.substr(0, arrived)));
    CHECK(from.decoder.inside_message() == (arrived != 0 && arrived != stream.size()));
  }
}

}  // namespace
}  // namespace millrace::testing
