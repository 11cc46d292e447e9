#include "engine/threads/shard_reader.hpp"

#include <chrono>

namespace millrace::engine {

bool shard_reader::look() {
  if (taken_) {
    return !at_end();
  }
  auto found = source_->take();
  if (!found) {
    return false;
  }
  if (found->more_waits) {
    // The part goes on while the application works on this one.
    source_->thread().post_call([part = source_] { part->lay_out_more(); });
  }
  now_ = std::move(found->content);
  taken_ = true;
  const auto waited = steady_clock::now() - found->laid_out;
  waited_micros_ = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(waited).count());
  return true;
}

}  // namespace millrace::engine
