#pragma once

// The way in of connection.hpp, which includes this file.

#include <algorithm>
#include <utility>

#include "engine/connection/connection.hpp"

namespace millrace::engine {

// How many messages one peer may bring in one turn before the others have theirs.
inline constexpr int most_messages_a_turn = 1024;

// How much is read ahead of the message in progress. Behind a large message only the head of the
// next one, whose rest then comes straight into its own memory.
inline constexpr std::size_t most_read_bytes = io_loop::receive_bytes;
inline constexpr std::size_t read_bytes_behind_large = 4 * 1024;
// At the mark of the socket every peer may still bring one message: so much is read for it.
inline constexpr std::size_t least_read_bytes = 4 * 1024;

template <class Stream, class Framing>
void connection<Stream, Framing>::on_ready(bool readable, bool writable) noexcept {
  readable_ |= readable;
  writable_ |= writable;
  loop_.add(static_cast<ready_work&>(*this));
}

template <class Stream, class Framing>
void connection<Stream, Framing>::on_turn() noexcept {
  if (std::exchange(writable_, false)) {
    stream_.set_writable();
    flush();
  }
  if (phase_ == phase::discarding || phase_ == phase::flushing) {
    discard();
  } else if (phase_ == phase::open) {
    read();
  }
}

template <class Stream, class Framing>
void connection<Stream, Framing>::read() {
  if (!may_read()) {
    return update_interest();
  }
  if (!undecoded_.empty()) {
    const auto pending = take_kept();
    decode(pending.bytes());
    return note_input();
  }
  if (!std::exchange(readable_, false)) {
    return;
  }
  const auto room = std::max<std::uint64_t>(least_read_bytes, receive_room());
  const auto got = stream_.receive(assembly_.room(), std::min<std::uint64_t>(read_bytes_, room));
  if (got.failure) {
    return close({got.failure, framing_.inside_message()});
  }
  if (got.ended) {
    return read_ended();
  }
  if (got.direct != 0) {
    finish_direct(got.direct);
  }
  decode(got.shared);
  note_input();
}

// The clock of an unfinished message.
template <class Stream, class Framing>
void connection<Stream, Framing>::note_input() {
  if (framing_.inside_message() && phase_ == phase::open) {
    last_input_ = loop_.source().now();
    watch_progress();
  }
}

template <class Stream, class Framing>
void connection<Stream, Framing>::finish_direct(std::size_t bytes) {
  assembly_.commit(bytes);
  framing_.skip(bytes);
  append({});
}

template <class Stream, class Framing>
void connection<Stream, Framing>::decode(bytes_view input) {
  for (int count = 0; phase_ == phase::open; ++count) {
    if (count == most_messages_a_turn || !may_read()) {
      return keep(input);
    }
    const auto step = framing_.next(input);
    switch (step.what) {
      case Framing::event::starved:
        return;
      case Framing::event::message:
        count_in(step.bytes.size());
        group().events.on_message(*this, step.bytes);
        read_bytes_ = most_read_bytes;
        break;
      case Framing::event::fragment:
        append(step.bytes);
        break;
      case Framing::event::too_long:
        return fault(error::message_too_long);
    }
  }
}

// Adds a part to the unfinished message and hands it on when that was the last.
template <class Stream, class Framing>
void connection<Stream, Framing>::append(bytes_view part) {
  const auto announced = framing_.length();
  const bool ask =
      announced > first_room && framing_.missing() != 0 && assembly_.must_grow(part.size());
  const auto queued = ask ? stream_.queued_input() : 0;
  const auto memory = assembly_.memory_bytes();
  if (!assembly_.append(part, {announced, queued}, group().memory)) {
    return fault(error::resources);
  }
  if (framing_.missing() != 0) {
    const bool grown = assembly_.memory_bytes() != memory;
    if (grown &&
        !group().events.on_unfinished(*this, assembly_.memory_bytes(), assembly_.arrived_bytes())) {
      fault(error::resources);
    }
    return;
  }
  group().events.on_unfinished(*this, 0, 0);
  count_in(framing_.length());
  if (assembly_.is_large()) {
    group().events.on_large_message(*this, assembly_.take_large());
    read_bytes_ = read_bytes_behind_large;
  } else {
    group().events.on_message(*this, assembly_.small_message());
  }
  assembly_.clear();
}

template <class Stream, class Framing>
void connection<Stream, Framing>::keep(bytes_view rest) {
  if (!rest.empty()) {
    undecoded_ = byte_buffer(rest.size());
    undecoded_.append(rest);
    group().inbound.charge(rest.size());
    loop_.add(static_cast<ready_work&>(*this));
  }
}

template <class Stream, class Framing>
byte_buffer connection<Stream, Framing>::take_kept() {
  group().inbound.discharge(undecoded_.size());
  return std::exchange(undecoded_, {});
}

// What has not become a message and never will.
template <class Stream, class Framing>
void connection<Stream, Framing>::drop_input() {
  take_kept();
  if (assembly_.active()) {
    group().events.on_unfinished(*this, 0, 0);
    assembly_.clear();
  }
}

// What was received is delivered first, and what handlers answer is still flushed.
template <class Stream, class Framing>
void connection<Stream, Framing>::read_ended() {
  // The kernel tells a reset once: where a send has met it, reading meets an ordinary end.
  if (write_failure_ && write_failure_ != boost::system::errc::broken_pipe) {
    return close({write_failure_, framing_.inside_message()});
  }
  phase_ = phase::answering;
  peer_ended_ = true;
  reason_ = error::peer_closed;
  cancel();
  update_interest();
  on_taken();
}

template <class Stream, class Framing>
void connection<Stream, Framing>::on_taken() {
  if (phase_ == phase::answering && all_taken()) {
    arm(options().linger);
    loop_.add(static_cast<unflushed&>(*this));
  } else if (phase_ == phase::open && (!reading_ || !undecoded_.empty()) && below_half_mark()) {
    update_interest();
    loop_.add(static_cast<ready_work&>(*this));
  }
}

// Unread input would turn the end of the connection into a reset, and the peer would lose what was
// sent last.
template <class Stream, class Framing>
void connection<Stream, Framing>::discard() {
  if (peer_ended_ || !std::exchange(readable_, false)) {
    return;
  }
  const auto got = stream_.receive({}, most_read_bytes);
  peer_ended_ = got.ended;
  if (got.failure || (peer_ended_ && phase_ == phase::discarding)) {
    return close({reason_});
  }
  update_interest();
}

}  // namespace millrace::engine
