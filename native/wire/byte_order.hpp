#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace millrace::wire {

// Network byte order (RFC 1700): the most significant byte comes first.
constexpr std::uint32_t big_endian(std::uint32_t value) noexcept {
  if constexpr (std::endian::native == std::endian::big) {
    return value;
  } else {
    return __builtin_bswap32(value);
  }
}

// `from` and `to` need no alignment; four bytes are read or written.
inline std::uint32_t load_be32(const std::byte* from) noexcept {
  std::uint32_t raw{};
  std::memcpy(&raw, from, sizeof raw);
  return big_endian(raw);
}

inline void store_be32(std::byte* to, std::uint32_t value) noexcept {
  const std::uint32_t raw = big_endian(value);
  std::memcpy(to, &raw, sizeof raw);
}

}  // namespace millrace::wire
