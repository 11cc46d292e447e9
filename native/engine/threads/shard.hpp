#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "engine/socket/stream_socket.hpp"
#include "engine/threads/io_thread.hpp"
#include "engine/threads/native_memory.hpp"

namespace millrace::engine {

// How an application hears, on any thread, that an I/O thread has something for it. Rings that come
// before it looks are one. Outlives the threads.
class application_bell {
 public:
  virtual void ring() noexcept = 0;

 protected:
  ~application_bell() = default;
};

// The part of a socket that lives on one I/O thread, and the place where it lays what it has for the
// application. At most one batch lies there; what comes meanwhile joins the next one:
//
//   I/O thread    | inbox, being filled |  -->  | laid out |  -->  taken by the application
//
// Outlived by its thread.
class shard final : private wakeup {
 public:
  shard(io_thread& thread, application_bell& bell, std::shared_ptr<socket_commons> commons);

  io_thread& thread() noexcept { return thread_; }

  // Its own thread only, or once that has been stopped. Null after the end.
  stream_socket* socket() noexcept { return socket_.get(); }
  void end() { socket_.reset(); }
  void finish(batch used);
  // Lays out what could not be laid out before.
  void lay_out_more();

  // The application's thread.
  struct delivery {
    batch content;
    time_point laid_out;
    bool more_waits;  // `lay_out_more` is to be asked for
  };
  std::optional<delivery> take();
  // Sums that any thread may read.
  socket_totals totals() const noexcept {
    auto sums = socket_->totals();
    sums.slab_bytes = memory_.pinned();
    return sums;
  }

 private:
  void on_batch() noexcept override { lay_out_more(); }

  io_thread& thread_;
  application_bell& bell_;
  native_memory memory_;
  std::unique_ptr<stream_socket> socket_;
  std::mutex mutex_;
  std::optional<delivery> laid_out_;  // guarded by mutex_
  bool more_waits_ = false;           // guarded by mutex_
};

}  // namespace millrace::engine
