#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "wire/length_frame.hpp"

namespace millrace::engine {

// Framing `length`: what stands before each message on the way out, and what takes the stream apart
// on the way in.
class length_framing : public wire::length_decoder {
 public:
  using header = wire::length_header;
  using wire::length_decoder::length_decoder;

  static header make_header(std::uint32_t payload_bytes) noexcept {
    return wire::make_length_header(payload_bytes);
  }
};

// Framing `none`: bytes as they arrive. What one read brings is one message, or several where it is
// longer than the limit; nothing is ever unfinished, and nothing stands before what is sent.
class no_framing {
 public:
  using header = std::array<std::byte, 0>;
  using event = wire::length_decoder::event;
  using step = wire::length_decoder::step;

  explicit no_framing(std::uint32_t max_message_bytes) noexcept
      : limit_(std::max<std::uint32_t>(1, max_message_bytes)) {}

  static header make_header(std::uint32_t /*payload_bytes*/) noexcept { return {}; }

  step next(std::span<const std::byte>& input) noexcept {
    if (input.empty()) {
      return {event::starved, {}};
    }
    const auto bytes = input.first(std::min<std::size_t>(input.size(), limit_));
    input = input.subspan(bytes.size());
    return {event::message, bytes};
  }

  void skip(std::size_t /*count*/) noexcept {}
  std::uint32_t length() const noexcept { return 0; }
  std::uint32_t missing() const noexcept { return 0; }
  bool inside_message() const noexcept { return false; }

 private:
  std::uint32_t limit_;
};

}  // namespace millrace::engine
