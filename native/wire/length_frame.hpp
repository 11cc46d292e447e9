#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "wire/byte_order.hpp"

namespace millrace::wire {

// RAW framing, the original's: a message is a length N, 4 bytes big-endian, and N bytes of payload.
//
//   | N N N N | payload ...        | N N N N | payload ...
//
inline constexpr std::size_t length_header_bytes = 4;

using length_header = std::array<std::byte, length_header_bytes>;

inline length_header make_length_header(std::uint32_t payload_bytes) noexcept {
  length_header header{};
  store_be32(header.data(), payload_bytes);
  return header;
}

// Takes a byte stream apart, whatever the pieces are that it comes in. Does no I/O, holds no
// payload and allocates nothing: what it returns points into the caller's input.
//
// Usage: call `next(input)` until it says `starved`; it moves `input` past what it used.
//   message    `bytes` is a whole payload
//   fragment   `bytes` is the next part of a payload of `length()` bytes; the last one when
//              `missing()` is 0 afterwards
//   too_long   the announced length exceeds the limit; the stream cannot be read any further
class length_decoder {
 public:
  enum class event : std::uint8_t { starved, message, fragment, too_long };

  struct step {
    event what;
    std::span<const std::byte> bytes;  // valid as long as the input
  };

  explicit length_decoder(std::uint32_t max_message_bytes) noexcept : limit_(max_message_bytes) {}

  step next(std::span<const std::byte>& input) noexcept {
    if (missing_ == 0 && header_filled_ == 0 && input.size() >= length_header_bytes) [[likely]] {
      length_ = load_be32(input.data());
      input = input.subspan(length_header_bytes);
      return begin(input);
    }
    return resume(input);
  }

  // Says that the caller put `count` of the missing bytes into their place without `next`.
  void skip(std::size_t count) noexcept { missing_ -= static_cast<std::uint32_t>(count); }

  // Of the message in progress, or of the last one.
  std::uint32_t length() const noexcept { return length_; }
  std::uint32_t missing() const noexcept { return missing_; }

  // Whether the stream would end inside a message if it ended here.
  bool inside_message() const noexcept { return missing_ != 0 || header_filled_ != 0; }

 private:
  step begin(std::span<const std::byte>& input) noexcept {
    if (length_ > limit_) [[unlikely]] {
      return {event::too_long, {}};
    }
    if (input.size() < length_) {
      missing_ = length_;
      return fragment(input);
    }
    const auto payload = input.first(length_);
    input = input.subspan(length_);
    return {event::message, payload};
  }

  step resume(std::span<const std::byte>& input) noexcept;
  step fragment(std::span<const std::byte>& input) noexcept;

  std::uint32_t limit_;
  std::uint32_t length_ = 0;
  std::uint32_t missing_ = 0;
  std::uint32_t header_filled_ = 0;
  length_header header_{};
};

}  // namespace millrace::wire
