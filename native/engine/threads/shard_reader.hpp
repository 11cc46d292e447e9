#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "engine/connection/assembly.hpp"
#include "engine/threads/shard.hpp"

namespace millrace::engine {

// Reads what one part has laid out, in pieces that are small enough for one call of the application.
// Used on the application's thread.
class shard_reader {
 public:
  explicit shard_reader(std::shared_ptr<shard> source) : source_(std::move(source)) {}

  shard& source() const noexcept { return *source_; }

  // Whether there is something to read; takes the next batch when the last one is finished.
  bool look();
  // Of the batch that was taken last, microseconds that it lay there.
  std::uint64_t waited_micros() const noexcept { return waited_micros_; }

  const record* next() noexcept {
    return at_ < now_.records.size() ? &now_.records[at_++] : nullptr;
  }
  bool at_end() const noexcept { return at_ == now_.records.size(); }
  // Whether a batch was read in part.
  bool is_inside() const noexcept { return at_ != 0; }
  bytes_view payload(const record& of) const noexcept {
    return now_.blocks[of.kind_and_place >> 1]->bytes().subspan(of.offset, of.length);
  }
  // A large message has a block of its own, which is not needed any more.
  void drop_payload(const record& of) noexcept {
    if (of.length > largest_shared_message) {
      now_.blocks[of.kind_and_place >> 1].reset();
    }
  }
  socket_event& event(const record& of) noexcept { return now_.events[of.kind_and_place >> 1]; }

  // A batch that was read to its end and is to go back.
  bool has_finished() const noexcept { return taken_ && at_end(); }
  batch take_finished() noexcept {
    taken_ = false;
    at_ = 0;
    return std::exchange(now_, {});
  }

 private:
  std::shared_ptr<shard> source_;
  batch now_;
  std::size_t at_ = 0;
  std::uint64_t waited_micros_ = 0;
  bool taken_ = false;
};

}  // namespace millrace::engine
