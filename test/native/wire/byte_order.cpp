#include "wire/byte_order.hpp"

#include <doctest/doctest.h>

#include <array>

#include "helpers/bytes.hpp"

namespace millrace::testing {
namespace {

TEST_CASE("A number is stored with its most significant byte first") {
  std::array<std::byte, 4> stored{};
  wire::store_be32(stored.data(), 0x01020304);
  CHECK(text(stored) == "\x01\x02\x03\x04");
}

TEST_CASE("A number is loaded as it was stored") {
  for (const std::uint32_t value :
       {0U, 1U, 0x80U, 0x0100U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU}) {
    std::array<std::byte, 4> stored{};
    wire::store_be32(stored.data(), value);
    CHECK(wire::load_be32(stored.data()) == value);
  }
}

TEST_CASE("Numbers need no alignment") {
  std::array<std::byte, 8> stored{};
  for (std::size_t offset = 0; offset <= 4; ++offset) {
    wire::store_be32(stored.data() + offset, 0xA1B2C3D4);
    CHECK(wire::load_be32(stored.data() + offset) == 0xA1B2C3D4);
  }
}

TEST_CASE("Nothing but the four bytes of the number is written") {
  std::array<std::byte, 6> stored{};
  stored.fill(std::byte{0x55});
  wire::store_be32(stored.data() + 1, 0);
  CHECK(stored.front() == std::byte{0x55});
  CHECK(stored.back() == std::byte{0x55});
}

static_assert(wire::big_endian(wire::big_endian(0x12345678)) == 0x12345678);

}  // namespace
}  // namespace millrace::testing
