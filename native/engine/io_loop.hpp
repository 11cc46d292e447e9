#pragma once

#include <atomic>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <memory>
#include <span>

#include "engine/deadlines.hpp"
#include "engine/readiness.hpp"
#include "engine/transport/byte_buffer.hpp"
#include "engine/transport/fifo_executor.hpp"

namespace millrace::engine {

template <class Tag>
using turn_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// Something with a step to do in the next turn: a connection that can be read, a listener that can
// accept. Leaves the list when destroyed.
class ready_work : public turn_hook<struct ready_tag> {
 public:
  using hook = turn_hook<ready_tag>;
  virtual void on_turn() noexcept = 0;

 protected:
  ~ready_work() = default;
};

// A connection with bytes that wait for the end of the turn.
class unflushed : public turn_hook<struct unflushed_tag> {
 public:
  using hook = turn_hook<unflushed_tag>;
  virtual void on_turn_end() noexcept = 0;

 protected:
  ~unflushed() = default;
};

// A socket with records that wait to be handed to the application.
class undelivered : public turn_hook<struct undelivered_tag> {
 public:
  using hook = turn_hook<undelivered_tag>;
  virtual void on_deliver() noexcept = 0;

 protected:
  ~undelivered() = default;
};

// What the connections of one thread share, and the order of its work. One turn:
//
//   read what is ready -> queued work -> deadlines -> deliver a batch -> flush, one send a peer
//                                                      ^______________ until nothing is left
//
// Deadlines come after reading, so that what a peer did in time counts after a stall. Used on one
// thread; outlives all that it serves.
class io_loop {
 public:
  explicit io_loop(readiness& source);

  readiness& source() noexcept { return source_; }
  deadlines& timers() noexcept { return timers_; }
  fifo_queue& queue() noexcept { return queue_; }
  buffer_pool& buffers() noexcept { return buffers_; }

  // Connections that were placed here, for those who place them; any thread.
  std::atomic<std::size_t> load{0};

  static constexpr std::size_t receive_bytes = 256 * 1024;

  // Where descriptors are read to; good until the next one is read.
  std::span<std::byte> receive_buffer() noexcept { return {receive_buffer_.get(), receive_bytes}; }

  void add(ready_work& work) { push_once(ready_, work); }
  void add(unflushed& work) { push_once(unflushed_, work); }
  void add(undelivered& work) { push_once(undelivered_, work); }

  void turn() noexcept;
  // A turn without deadlines, for work that has come up since the descriptors were looked at.
  void catch_up() noexcept;
  // Also called before the thread sleeps, for what was sent outside of a turn.
  void flush() noexcept;
  bool has_work() const noexcept {
    return !ready_.empty() || !undelivered_.empty() || !queue_.empty();
  }

 private:
  template <class Work>
  using list = boost::intrusive::list<Work, boost::intrusive::base_hook<typename Work::hook>,
                                      boost::intrusive::constant_time_size<false>>;

  template <class Work>
  static void push_once(list<Work>& to, Work& work) {
    if (!static_cast<typename Work::hook&>(work).is_linked()) {
      to.push_back(work);
    }
  }

  void read();
  void deliver();

  readiness& source_;
  deadlines timers_;
  fifo_queue queue_;
  buffer_pool buffers_;
  std::unique_ptr<std::byte[]> receive_buffer_;
  list<ready_work> ready_;
  list<undelivered> undelivered_;
  list<unflushed> unflushed_;
};

}  // namespace millrace::engine
