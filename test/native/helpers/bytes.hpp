#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "wire/length_frame.hpp"

namespace millrace::testing {

// Tests write bytes as text, because text is what a failed check can show.
inline std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span{text});
}

inline std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Bytes that show when one is missing, repeated or in the wrong place: 251 is prime, so no buffer
// size is a multiple of the period.
inline std::string pattern(std::size_t count, std::size_t start = 0) {
  std::string made(count, '\0');
  for (std::size_t i = 0; i < count; ++i) {
    made[i] = static_cast<char>((start + i) % 251);
  }
  return made;
}

inline std::string header(std::uint32_t announced) {
  return text(wire::make_length_header(announced));
}

inline std::string framed(std::string_view payload) {
  return header(static_cast<std::uint32_t>(payload.size())).append(payload);
}

}  // namespace millrace::testing
