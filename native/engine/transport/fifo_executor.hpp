#pragma once

#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <utility>

namespace millrace::engine {

// Work of one thread that is to run after what runs now, first in, first out. `drain` runs all of
// it, what is added meanwhile included, before the thread asks its readiness again: a hop costs
// about 20 ns, a trip through an io_context a system call.
class fifo_queue {
 public:
  fifo_queue() = default;
  fifo_queue(const fifo_queue&) = delete;
  fifo_queue& operator=(const fifo_queue&) = delete;
  ~fifo_queue();

  template <class Function>
  void push(Function&& function) {
    append(std::make_unique<holder<std::decay_t<Function>>>(std::forward<Function>(function)));
  }

  void drain();
  // Runs the first; there must be one.
  void run_first() { take_first()->run(); }
  bool empty() const noexcept { return first_ == nullptr; }

 private:
  struct node {
    node() = default;
    node(const node&) = delete;
    node& operator=(const node&) = delete;
    virtual ~node() = default;
    virtual void run() = 0;
    std::unique_ptr<node> next;
  };

  template <class Function>
  struct holder final : node {
    explicit holder(Function&& f) : function(std::move(f)) {}
    explicit holder(const Function& f) : function(f) {}
    void run() override { std::move(function)(); }
    Function function;
  };

  void append(std::unique_ptr<node> added) noexcept;
  std::unique_ptr<node> take_first() noexcept;

  std::unique_ptr<node> first_;
  node* last_ = nullptr;
};

// The queue as an Asio executor, for what is composed of Asio's asynchronous operations. Asio asks
// an executor for its io_context; this one hosts services and is never run.
class fifo_executor {
 public:
  fifo_executor(fifo_queue& queue, boost::asio::io_context& services) noexcept
      : queue_(&queue), services_(&services) {}

  template <class Function>
  void execute(Function&& function) const {
    queue_->push(std::forward<Function>(function));
  }

  boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept {
    return *services_;
  }

  static constexpr auto query(boost::asio::execution::blocking_t) noexcept {
    return boost::asio::execution::blocking.never;
  }

  fifo_executor require(boost::asio::execution::blocking_t::never_t) const noexcept {
    return *this;
  }

  friend bool operator==(const fifo_executor&, const fifo_executor&) noexcept = default;

 private:
  fifo_queue* queue_;
  boost::asio::io_context* services_;
};

}  // namespace millrace::engine
