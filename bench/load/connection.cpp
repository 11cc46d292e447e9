#include "connection.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace load {

void connection::queue(std::uint64_t count, std::int64_t due) {
  for (; count > 0; --count)
    due_.set(expected_, queued_++, due);
}

void connection::flush(frame_writer& writer, faults& counts) {
  if (open() && writer.write(socket(), index_, position_, queued_) == send_result::failed)
    fail(counts);
}

std::size_t connection::receive(std::span<char> buffer, recorder& times, faults& counts) {
  if (!open())
    return 0;
  const ssize_t count = ::recv(socket(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN)
    return 0;
  if (count <= 0) {
    fail(counts);
    return 0;
  }
  const auto bytes = static_cast<std::size_t>(count);
  const std::int64_t now = now_ns();
  const bool in_step = checker_.feed(buffer.first(bytes), [&](std::uint64_t number, bool intact) {
    take(number, intact, now, times, counts);
  });
  if (in_step)
    return bytes;
  ++counts.wrong;
  fail(counts);
  return 0;
}

void connection::take(std::uint64_t number, bool intact, std::int64_t now, recorder& times,
                      faults& counts) {
  if (!intact)
    ++counts.wrong;
  // Never sent: its bytes took the place of the next reply.
  if (number >= position_.number) {
    if (intact)
      ++counts.wrong;
    if (expected_ < position_.number)
      ++expected_;
    return;
  }
  if (number < expected_) {
    take_late(number, counts);
    return;
  }
  for (; expected_ < number; ++expected_)
    missing_.insert(expected_);
  times.reply(due_[number], now);
  ++expected_;
}

void connection::take_late(std::uint64_t number, faults& counts) {
  if (missing_.erase(number) > 0)
    ++counts.reordered;
  else
    ++counts.duplicated;
}

void connection::fail(faults& counts) {
  ++counts.closed_connections;
  socket_ = {};
}

}  // namespace load
