#include "wire/length_frame.hpp"

#include <algorithm>

namespace millrace::wire {

length_decoder::step length_decoder::resume(std::span<const std::byte>& input) noexcept {
  if (missing_ != 0) {
    return fragment(input);
  }
  const auto count = std::min(input.size(), length_header_bytes - header_filled_);
  std::copy_n(input.begin(), count, header_.begin() + header_filled_);
  header_filled_ += static_cast<std::uint32_t>(count);
  input = input.subspan(count);
  if (header_filled_ < length_header_bytes) {
    return {event::starved, {}};
  }
  header_filled_ = 0;
  length_ = load_be32(header_.data());
  return begin(input);
}

length_decoder::step length_decoder::fragment(std::span<const std::byte>& input) noexcept {
  if (input.empty()) {
    return {event::starved, {}};
  }
  const auto part = input.first(std::min<std::size_t>(input.size(), missing_));
  missing_ -= static_cast<std::uint32_t>(part.size());
  input = input.subspan(part.size());
  return {event::fragment, part};
}

}  // namespace millrace::wire
