#include "frame_writer.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace load {
namespace {

std::size_t total_bytes(const std::vector<iovec>& pieces) {
  std::size_t total = 0;
  for (const iovec& piece : pieces)
    total += piece.iov_len;
  return total;
}

iovec piece_of(const char* bytes, std::size_t count) { return {const_cast<char*>(bytes), count}; }

}  // namespace

// The lists never grow after this, so pieces may point into them.
frame_writer::frame_writer(const message_format& format)
    : format_(format),
      frames_a_send_(std::max<std::size_t>(1, gather_bytes / format.frame_bytes())) {
  copies_.reserve(gather_bytes + copied_frame_bytes);
  heads_.reserve(frames_a_send_);
}

send_result frame_writer::write(int descriptor, std::uint32_t connection, send_position& position,
                                std::uint64_t end) {
  while (position.number < end) {
    gather(connection, position.number, std::min(end, position.number + frames_a_send_));
    skip(position.offset);
    msghdr header{};
    header.msg_iov = pieces_.data();
    header.msg_iovlen = pieces_.size();
    const ssize_t sent = ::sendmsg(descriptor, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0)
      return errno == EAGAIN ? send_result::blocked : send_result::failed;
    const auto count = static_cast<std::size_t>(sent);
    const std::size_t wanted = total_bytes(pieces_);
    const std::size_t reached = position.offset + count;
    position.number += reached / format_.frame_bytes();
    position.offset = reached % format_.frame_bytes();
    if (count < wanted)
      return send_result::blocked;
  }
  return send_result::all;
}

void frame_writer::gather(std::uint32_t connection, std::uint64_t begin, std::uint64_t end) {
  copies_.clear();
  heads_.clear();
  pieces_.clear();
  const bool copied = format_.frame_bytes() <= copied_frame_bytes;
  for (std::uint64_t number = begin; number < end; ++number) {
    if (copied)
      add_copy({connection, number});
    else
      add_reference({connection, number});
  }
  if (copied)
    pieces_.push_back(piece_of(copies_.data(), copies_.size()));
}

void frame_writer::add_copy(message_format::tag which) {
  const message_format::head head = format_.make_head(which);
  const auto body = format_.body(which, 0, format_.body_bytes());
  copies_.insert(copies_.end(), head.begin(), head.end());
  copies_.insert(copies_.end(), body.begin(), body.end());
}

void frame_writer::add_reference(message_format::tag which) {
  const message_format::head& head = heads_.emplace_back(format_.make_head(which));
  pieces_.push_back(piece_of(head.data(), head.size()));
  for (std::size_t offset = 0; offset < format_.body_bytes();) {
    const auto part = format_.body(which, offset, format_.body_bytes() - offset);
    pieces_.push_back(piece_of(part.data(), part.size()));
    offset += part.size();
  }
}

// The offset lies within the first frame.
void frame_writer::skip(std::size_t bytes) {
  for (iovec& piece : pieces_) {
    const std::size_t part = std::min(bytes, piece.iov_len);
    piece.iov_base = static_cast<char*>(piece.iov_base) + part;
    piece.iov_len -= part;
    bytes -= part;
    if (bytes == 0)
      return;
  }
}

}  // namespace load
