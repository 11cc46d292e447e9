#include "engine/threads/shard.hpp"

#include <utility>

namespace millrace::engine {

shard::shard(io_thread& thread, application_bell& bell, std::shared_ptr<socket_commons> commons)
    : thread_(thread), bell_(bell) {
  wakeup& owner = *this;
  socket_ = std::make_unique<stream_socket>(thread.loop(), memory_, owner, std::move(commons));
}

void shard::finish(batch used) {
  if (socket_) {
    socket_->finish_batch(std::move(used));
    lay_out_more();
  }
}

void shard::lay_out_more() {
  if (!socket_ || !socket_->has_batch()) {
    return;
  }
  {
    const std::scoped_lock lock(mutex_);
    if (laid_out_) {
      more_waits_ = true;
      return;
    }
    laid_out_ = delivery{socket_->take_batch(), steady_clock::now(), false};
    more_waits_ = false;
  }
  bell_.ring();
}

std::optional<shard::delivery> shard::take() {
  const std::scoped_lock lock(mutex_);
  auto taken = std::exchange(laid_out_, std::nullopt);
  if (taken) {
    taken->more_waits = std::exchange(more_waits_, false);
  }
  return taken;
}

}  // namespace millrace::engine
