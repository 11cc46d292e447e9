#include "message.hpp"

#include <algorithm>
#include <cstring>
#include <random>

namespace load {
namespace {

std::array<char, 4> big_endian(std::size_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

}  // namespace

message_format::message_format(std::size_t size)
    : size_(size), length_(big_endian(size)), block_(2 * period) {
  std::mt19937 random(1);
  const auto half = block_.begin() + period;
  std::generate(block_.begin(), half, [&random] { return static_cast<char>(random()); });
  std::copy(block_.begin(), half, half);
}

message_format::head message_format::make_head(tag which) const {
  head result;
  std::memcpy(result.data(), length_.data(), 4);
  std::memcpy(result.data() + 4, &which.connection, 4);
  std::memcpy(result.data() + 8, &which.number, 8);
  return result;
}

bool message_format::has_length(const head& bytes, std::size_t size) {
  return std::memcmp(bytes.data(), big_endian(size).data(), 4) == 0;
}

message_format::tag message_format::read_tag(const head& bytes) {
  tag result;
  std::memcpy(&result.connection, bytes.data() + 4, 4);
  std::memcpy(&result.number, bytes.data() + 8, 8);
  return result;
}

}  // namespace load
