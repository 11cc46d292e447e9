#pragma once

#include <cstdint>
#include <span>
#include <unordered_set>

#include "descriptor.hpp"
#include "due_times.hpp"
#include "frame_writer.hpp"
#include "recorder.hpp"
#include "reply_checker.hpp"

namespace load {

// One connection and the numbers of its messages:
//
//   0 ... expected ... position ... queued
//         '- sent --'  '- due ----'
class connection {
 public:
  connection(descriptor socket, std::uint32_t index, const message_format& format)
      : socket_(std::move(socket)), index_(index), checker_(format, index) {}

  int socket() const { return socket_.get(); }
  bool open() const { return socket_.get() >= 0; }
  std::uint64_t in_flight() const { return queued_ - expected_; }
  // Sent, or due to be, and never answered.
  std::uint64_t unanswered() const { return in_flight() + missing_.size(); }

  void queue(std::uint64_t count, std::int64_t due);
  void flush(frame_writer& writer, faults& counts);
  // One receive; the number of bytes, 0 when there was nothing.
  std::size_t receive(std::span<char> buffer, recorder& times, faults& counts);

 private:
  void take(std::uint64_t number, bool intact, std::int64_t now, recorder& times, faults& counts);
  void take_late(std::uint64_t number, faults& counts);
  void fail(faults& counts);

  descriptor socket_;
  std::uint32_t index_;
  reply_checker checker_;
  send_position position_;
  std::uint64_t queued_ = 0;
  std::uint64_t expected_ = 0;
  due_times due_;
  // Numbers that a later one overtook.
  std::unordered_set<std::uint64_t> missing_;
};

}  // namespace load
