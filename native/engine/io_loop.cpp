#include "engine/io_loop.hpp"

namespace millrace::engine {
namespace {

// Handlers that close and destroy each other's peers make new records while a batch is delivered;
// past this many rounds the descriptors are looked at again first.
constexpr int most_delivery_rounds = 16;

template <class List, class Step>
void each_once(List& waiting, Step step) {
  List now;
  now.swap(waiting);
  while (!now.empty()) {
    auto& work = now.front();
    now.pop_front();
    step(work);
  }
}

}  // namespace

io_loop::io_loop(readiness& source)
    : source_(source),
      timers_(source),
      receive_buffer_(std::make_unique_for_overwrite<std::byte[]>(receive_bytes)) {}

void io_loop::turn() noexcept {
  read();
  timers_.expire();
  deliver();
}

void io_loop::catch_up() noexcept {
  read();
  deliver();
}

void io_loop::read() {
  each_once(ready_, [](ready_work& work) { work.on_turn(); });
  queue_.drain();
}

void io_loop::deliver() {
  for (int round = 0; round < most_delivery_rounds; ++round) {
    each_once(undelivered_, [](undelivered& socket) { socket.on_deliver(); });
    flush();
    queue_.drain();
    if (undelivered_.empty()) {
      break;
    }
  }
  if (has_work()) {
    source_.wake_soon();
  }
}

void io_loop::flush() noexcept {
  each_once(unflushed_, [](unflushed& connection) { connection.on_turn_end(); });
}

}  // namespace millrace::engine
