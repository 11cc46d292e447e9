#pragma once

#include <algorithm>
#include <cstring>
#include <span>

#include "message.hpp"

namespace load {

// Compares what one connection receives, in pieces of any length, with what was sent.
class reply_checker {
 public:
  reply_checker(const message_format& format, std::uint32_t connection)
      : format_(&format), connection_(connection) {}

  // Calls on_reply(number, intact) for every message that is complete. False: a length was wrong, and where messages
  // begin in the rest of the stream cannot be told.
  template <class OnReply>
  bool feed(std::span<const char> bytes, OnReply on_reply) {
    while (!bytes.empty()) {
      if (position_ < head_.size()) {
        take_head(bytes);
        if (position_ < head_.size())
          return true;
        if (!open_message())
          return false;
      }
      compare_body(bytes);
      if (position_ == format_->frame_bytes()) {
        position_ = 0;
        on_reply(tag_.number, intact_);
      }
    }
    return true;
  }

 private:
  void take_head(std::span<const char>& bytes) {
    const std::size_t part = std::min(bytes.size(), head_.size() - position_);
    std::memcpy(head_.data() + position_, bytes.data(), part);
    position_ += part;
    bytes = bytes.subspan(part);
  }

  bool open_message() {
    tag_ = message_format::read_tag(head_);
    intact_ = tag_.connection == connection_;
    return message_format::has_length(head_, format_->size());
  }

  void compare_body(std::span<const char>& bytes) {
    const std::size_t done = position_ - head_.size();
    const auto expected =
        format_->body(tag_, done, std::min(bytes.size(), format_->frame_bytes() - position_));
    intact_ = intact_ && std::memcmp(bytes.data(), expected.data(), expected.size()) == 0;
    position_ += expected.size();
    bytes = bytes.subspan(expected.size());
  }

  const message_format* format_;
  std::uint32_t connection_;
  std::size_t position_ = 0;
  message_format::head head_{};
  message_format::tag tag_{};
  bool intact_ = true;
};

}  // namespace load
