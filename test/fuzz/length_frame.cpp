// Any stream, cut into any pieces, against a plain reading of the whole stream.
//
//   | limit, 2 bytes | number of cuts, 1 byte | cuts, 1 byte each | stream ... |
//
// A cut of n ends a piece after n bytes; the cuts are used over and over. With its highest bit set
// the bytes that a message still misses are put into their place without the decoder.
#include "wire/length_frame.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

namespace {

using millrace::wire::length_decoder;
using millrace::wire::length_header_bytes;
using bytes = std::vector<std::byte>;
using view = std::span<const std::byte>;

struct reading {
  std::vector<bytes> messages;
  bool too_long = false;
  bool inside_message = false;

  bool operator==(const reading&) const = default;
};

std::uint32_t length_at(view stream) {
  std::uint32_t length = 0;
  for (const auto byte : stream.first(length_header_bytes)) {
    length = length << 8U | std::to_integer<std::uint32_t>(byte);
  }
  return length;
}

reading read_whole(view stream, std::uint32_t limit) {
  reading result;
  while (stream.size() >= length_header_bytes) {
    const auto length = length_at(stream);
    if (length > limit) {
      result.too_long = true;
      return result;
    }
    if (stream.size() - length_header_bytes < length) {
      break;
    }
    const auto payload = stream.subspan(length_header_bytes, length);
    result.messages.emplace_back(payload.begin(), payload.end());
    stream = stream.subspan(length_header_bytes + length);
  }
  result.inside_message = !stream.empty();
  return result;
}

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

class piecewise_reader {
 public:
  explicit piecewise_reader(std::uint32_t limit) : decoder_(limit) {}

  void feed(view piece) {
    for (bool more = !result_.too_long; more;) {
      const auto step = decoder_.next(piece);
      more = take(step);
      require(more || result_.too_long || piece.empty());
    }
  }

  // How many of `available` bytes the message in progress took.
  std::size_t feed_directly(view available) {
    const auto part = available.first(std::min<std::size_t>(available.size(), decoder_.missing()));
    decoder_.skip(part.size());
    if (!part.empty()) {
      add(part);
    }
    return part.size();
  }

  reading result() {
    result_.inside_message = !result_.too_long && decoder_.inside_message();
    return result_;
  }

 private:
  bool take(const length_decoder::step& step) {
    switch (step.what) {
      case length_decoder::event::starved:
        return false;
      case length_decoder::event::message:
        require(step.bytes.size() == decoder_.length());
        result_.messages.emplace_back(step.bytes.begin(), step.bytes.end());
        return true;
      case length_decoder::event::fragment:
        require(!step.bytes.empty());
        add(step.bytes);
        return true;
      case length_decoder::event::too_long:
        result_.too_long = true;
        return false;
    }
    std::abort();
  }

  void add(view part) {
    unfinished_.insert(unfinished_.end(), part.begin(), part.end());
    require(unfinished_.size() + decoder_.missing() == decoder_.length());
    if (decoder_.missing() == 0) {
      result_.messages.push_back(std::exchange(unfinished_, {}));
    }
  }

  length_decoder decoder_;
  bytes unfinished_;
  reading result_;
};

reading read_in_pieces(view stream, view cuts, std::uint32_t limit) {
  piecewise_reader reader(limit);
  for (std::size_t turn = 0; !stream.empty(); ++turn) {
    const auto cut = cuts.empty() ? 0x7FU : std::to_integer<unsigned>(cuts[turn % cuts.size()]);
    const auto piece = stream.first(std::min<std::size_t>(stream.size(), (cut & 0x7FU) + 1));
    const auto direct = (cut & 0x80U) != 0 ? reader.feed_directly(piece) : 0;
    reader.feed(piece.subspan(direct));
    stream = stream.subspan(piece.size());
  }
  return reader.result();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = std::as_bytes(std::span{data, size});
  if (input.size() < 3) {
    return 0;
  }
  const auto limit =
      std::to_integer<std::uint32_t>(input[0]) << 8U | std::to_integer<std::uint32_t>(input[1]);
  const auto cut_count = std::to_integer<std::size_t>(input[2]);
  input = input.subspan(3);
  const auto cuts = input.first(std::min(cut_count, input.size()));
  const auto stream = input.subspan(cuts.size());
  require(read_in_pieces(stream, cuts, limit) == read_whole(stream, limit));
  return 0;
}
