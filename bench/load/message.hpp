#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace load {

// What is on the wire. Every byte of a message follows from its connection and its number, so that nothing that was
// sent has to be kept for the comparison with the reply:
//
//   | length, big-endian u32 | connection u32 | number u64 | body |
//   '------------------ head, 16 bytes ------------------'
//
// The body repeats a random block, from a place in it that differs from message to message. The block is small, so that
// the client works from its cache.
class message_format {
 public:
  static constexpr std::size_t tag_bytes = 12;
  static constexpr std::size_t head_bytes = 4 + tag_bytes;
  static constexpr std::size_t max_size = 16 << 20;
  using head = std::array<char, head_bytes>;

  struct tag {
    std::uint32_t connection;
    std::uint64_t number;
  };

  explicit message_format(std::size_t size);

  std::size_t frame_bytes() const { return 4 + size_; }
  std::size_t body_bytes() const { return size_ - tag_bytes; }

  head make_head(tag which) const;
  // The part of a body that begins at `offset`: `limit` bytes, or fewer when the block is shorter. Valid as long as the
  // format.
  std::span<const char> body(tag which, std::size_t offset, std::size_t limit) const {
    const std::size_t begin = (which.number * 31 + which.connection * 97 + offset) % period;
    return {block_.data() + begin, std::min(limit, period)};
  }

  static bool has_length(const head& bytes, std::size_t size);
  static tag read_tag(const head& bytes);

  std::size_t size() const { return size_; }

 private:
  // A prime: neighbours in number and in connection differ for a long time.
  static constexpr std::size_t period = 16381;

  std::size_t size_;
  std::array<char, 4> length_;
  std::vector<char> block_;
};

}  // namespace load
