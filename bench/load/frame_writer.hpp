#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "message.hpp"

namespace load {

// Where the sending side of a connection stands. The bytes in front of it are made anew when they are due again after a
// short send: they follow from the number.
struct send_position {
  std::uint64_t number = 0;
  std::size_t offset = 0;
};

enum class send_result { all, blocked, failed };

// Sends frames, as many as are due in one call. One for all connections.
class frame_writer {
 public:
  explicit frame_writer(const message_format& format);

  // Sends from `position` up to the message `end` and moves the position.
  send_result write(int descriptor, std::uint32_t connection, send_position& position,
                    std::uint64_t end);

 private:
  // One send takes no more than this.
  static constexpr std::size_t gather_bytes = 256 * 1024;
  // Up to this size a copy costs less than two more entries of a gather list.
  static constexpr std::size_t copied_frame_bytes = 2048;

  void gather(std::uint32_t connection, std::uint64_t begin, std::uint64_t end);
  void add_copy(message_format::tag which);
  void add_reference(message_format::tag which);
  void skip(std::size_t bytes);

  const message_format& format_;
  const std::size_t frames_a_send_;
  std::vector<char> copies_;
  std::vector<message_format::head> heads_;
  std::vector<iovec> pieces_;
};

}  // namespace load
