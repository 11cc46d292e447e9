#include "engine/transport/fifo_executor.hpp"

namespace millrace::engine {

fifo_queue::~fifo_queue() {
  while (first_) {
    take_first();
  }
}

void fifo_queue::drain() {
  while (first_) {
    take_first()->run();
  }
}

void fifo_queue::append(std::unique_ptr<node> added) noexcept {
  auto& slot = last_ ? last_->next : first_;
  last_ = added.get();
  slot = std::move(added);
}

std::unique_ptr<fifo_queue::node> fifo_queue::take_first() noexcept {
  auto taken = std::move(first_);
  first_ = std::move(taken->next);
  if (!first_) {
    last_ = nullptr;
  }
  return taken;
}

}  // namespace millrace::engine
