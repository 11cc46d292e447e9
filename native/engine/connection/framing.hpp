#pragma once

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

}  // namespace millrace::engine
