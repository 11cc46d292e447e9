#pragma once

// The way out of connection.hpp, which includes this file, and the end.

#include <algorithm>
#include <chrono>
#include <limits>
#include <tuple>
#include <utility>

#include "engine/connection/connection.hpp"

namespace millrace::engine {

// For a peer that broke a rule: long enough to read the rest of what it was sent.
inline constexpr std::uint32_t linger_after_fault_ms = 2'000;

template <class Stream, class Framing>
connection<Stream, Framing>::connection(io_loop& loop, connection_group& group,
                                        std::shared_ptr<const connection_options> options,
                                        const connection_identity& who, descriptor connected)
    : peer(who, group, std::move(options)),
      loop_(loop),
      stream_(loop, std::move(connected)),
      framing_(this->options().max_message_size) {}

template <class Stream, class Framing>
bool connection<Stream, Framing>::start() {
  watch_ = loop_.source().watch(stream_.native_handle(), *this);
  if (!watch_) {
    return false;
  }
  watch_->want(true, false);
  group().events.on_open(*this);
  return true;
}

template <class Stream, class Framing>
bool connection<Stream, Framing>::may_send() const noexcept {
  return sending_phase() && !write_failure_;
}

template <class Stream, class Framing>
send_result connection<Stream, Framing>::check(std::size_t payload_bytes) noexcept {
  if (!may_send()) {
    return send_result::refused;
  }
  if (payload_bytes > options().max_message_size) {
    return send_result::too_long;
  }
  if (is_nothing(payload_bytes)) {
    return send_result::taken;
  }
  return out().at_bound() ? send_result::at_bound : send_result::taken;
}

template <class Stream, class Framing>
send_result connection<Stream, Framing>::send(chunks payload) {
  std::size_t bytes = 0;
  for (const auto chunk : payload) {
    bytes += chunk.size();
  }
  if (const auto verdict = check(bytes); verdict != send_result::taken || is_nothing(bytes)) {
    return verdict;
  }
  const auto header = Framing::make_header(static_cast<std::uint32_t>(bytes));
  out().add(header.size() + bytes);
  return sent(bytes, stream_.write(header, payload));
}

template <class Stream, class Framing>
std::byte* connection<Stream, Framing>::begin_send(std::size_t bytes, std::size_t slack,
                                                   send_result& result) {
  result = check(bytes);
  if (result != send_result::taken || is_nothing(bytes)) {
    return nullptr;
  }
  const auto header = Framing::make_header(static_cast<std::uint32_t>(bytes));
  const auto room = stream_.prepare(header.size() + bytes + slack);
  std::copy(header.begin(), header.end(), room.begin());
  return room.data() + header.size();
}

template <class Stream, class Framing>
send_result connection<Stream, Framing>::finish_send(std::size_t bytes) {
  const auto wire_bytes = std::tuple_size_v<typename Framing::header> + bytes;
  out().add(wire_bytes);
  return sent(bytes, stream_.commit(wire_bytes));
}

template <class Stream, class Framing>
send_result connection<Stream, Framing>::sent(std::size_t payload_bytes,
                                              const error_code& failure) {
  if (failure) {
    write_failed(failure);
    return send_result::refused;
  }
  count_out(payload_bytes);
  out().settle(stream_.unsent());
  if (stream_.blocked()) {
    wait_for_writable();
  } else if (stream_.unsent() != 0 || out().drain_is_offered()) {
    loop_.add(static_cast<unflushed&>(*this));
  }
  return out().above_mark() ? send_result::full : send_result::taken;
}

template <class Stream, class Framing>
void connection<Stream, Framing>::flush() noexcept {
  if (phase_ == phase::closed || phase_ == phase::discarding) {
    return;
  }
  if (!stream_.blocked() && stream_.unsent() != 0) {
    const auto before = stream_.unsent();
    if (const auto failure = stream_.flush()) {
      write_failed(failure);
    }
    if (stream_.unsent() < before) {
      last_progress_ = loop_.source().now();
    }
    out().settle(stream_.unsent());
  }
  after_flush();
}

template <class Stream, class Framing>
void connection<Stream, Framing>::after_flush() {
  if (stream_.blocked() && stream_.unsent() != 0) {
    wait_for_writable();
  } else {
    update_interest();
  }
  if (sending_phase() && out().take_drain()) {
    group().events.on_drain(*this);
  }
  if (stream_.unsent() != 0) {
    return;
  }
  if (phase_ == phase::answering && all_taken()) {
    close({reason_, framing_.inside_message()});
  } else if (phase_ == phase::flushing) {
    phase_ = phase::discarding;
    stream_.shutdown_send();
    if (peer_ended_ || write_failure_) {
      close({reason_});
    }
  }
}

// The peer will take no more, but what it sent before is still to be read.
template <class Stream, class Framing>
void connection<Stream, Framing>::write_failed(const error_code& failure) noexcept {
  write_failure_ = failure;
  stream_.drop_unsent();
  out().drop();
}

template <class Stream, class Framing>
void connection<Stream, Framing>::wait_for_writable() {
  if (!writing_) {
    last_progress_ = loop_.source().now();
    queued_output_ = stream_.queued_output();
  }
  update_interest();
  watch_progress();
}

template <class Stream, class Framing>
void connection<Stream, Framing>::on_deadline() noexcept {
  if (phase_ != phase::open) {
    return close({reason_, phase_ == phase::answering && framing_.inside_message()});
  }
  const auto now = loop_.source().now();
  if (takes_output(now) && sends_input(now)) {
    watch_progress();
  } else {
    close({error::timeout, framing_.inside_message()});
  }
}

// A peer that reads slowly takes bytes out of the kernel's queue long before the kernel has room
// for more, so that queue is what tells; it is looked at four times in the time-out.
template <class Stream, class Framing>
bool connection<Stream, Framing>::takes_output(time_point now) noexcept {
  if (stream_.unsent() == 0) {
    return true;
  }
  const auto queued = stream_.queued_output();
  if (queued != queued_output_) {
    queued_output_ = queued;
    last_progress_ = now;
  }
  return now - last_progress_ < std::chrono::milliseconds(options().send_timeout);
}

// Time in which it is not read is not its fault, nor is what has come and was not looked at yet.
template <class Stream, class Framing>
bool connection<Stream, Framing>::sends_input(time_point now) noexcept {
  if (!framing_.inside_message()) {
    return true;
  }
  if (!may_read() || !undecoded_.empty() || stream_.queued_input() != 0) {
    last_input_ = now;
  }
  return now - last_input_ < std::chrono::milliseconds(options().message_timeout);
}

// The deadline looks four times in a time-out: how long ago the last progress was is known then.
template <class Stream, class Framing>
void connection<Stream, Framing>::watch_progress() {
  if (phase_ != phase::open) {
    return;
  }
  auto delay = std::numeric_limits<std::uint32_t>::max();
  if (stream_.unsent() != 0) {
    delay = std::min(delay, options().send_timeout / 4);
  }
  if (framing_.inside_message()) {
    delay = std::min(delay, options().message_timeout / 4);
  }
  if (delay == std::numeric_limits<std::uint32_t>::max()) {
    return;
  }
  const auto when = loop_.source().now() + std::chrono::milliseconds(std::max(delay, 1U));
  if (!armed() || when < this->when()) {
    loop_.timers().arm(*this, when);
  }
}

template <class Stream, class Framing>
void connection<Stream, Framing>::end(error_code reason, std::uint32_t linger) {
  if (phase_ == phase::closed) {
    return;
  }
  const bool first = sending_phase();
  if (first) {
    reason_ = reason;
    phase_ = phase::flushing;
    drop_input();
    group().events.on_ending(*this);
  }
  const auto cut = loop_.source().now() + std::chrono::milliseconds(linger);
  if (first || cut < when()) {
    loop_.timers().arm(*this, cut);
  }
  flush();
  if (phase_ == phase::discarding && linger == 0) {
    close({reason_});
  }
}

template <class Stream, class Framing>
void connection<Stream, Framing>::fault(error_code reason) {
  end(reason, linger_after_fault_ms);
}

template <class Stream, class Framing>
void connection<Stream, Framing>::destroy(error_code reason) {
  close({phase_ <= phase::answering ? reason : reason_});
}

template <class Stream, class Framing>
void connection<Stream, Framing>::close(const end_reason& reason) {
  if (phase_ == phase::closed) {
    return;
  }
  phase_ = phase::closed;
  loop_.queue().push([kept = shared_from_this()] {});
  watch_.reset();
  cancel();
  // The last owner may be an application on another thread: nothing of this one holds it any more.
  ready_work::hook::unlink();
  unflushed::hook::unlink();
  stream_.close();
  out().drop();
  drop_input();
  leave();
  group().events.on_close(*this, reason);
}

template <class Stream, class Framing>
void connection<Stream, Framing>::update_interest() {
  if (phase_ == phase::open && !may_read()) {
    wait_for_room();
  }
  const bool read_wanted =
      phase_ == phase::open ? may_read() : phase_ > phase::answering && !peer_ended_;
  const bool write_wanted = stream_.blocked() && stream_.unsent() != 0;
  if (phase_ != phase::closed && (read_wanted != reading_ || write_wanted != writing_)) {
    reading_ = read_wanted;
    writing_ = write_wanted;
    watch_->want(reading_, writing_);
  }
}

template <class Stream, class Framing>
void connection<Stream, Framing>::arm(std::uint32_t delay_ms) {
  loop_.timers().arm(*this, loop_.source().now() + std::chrono::milliseconds(delay_ms));
}

}  // namespace millrace::engine
