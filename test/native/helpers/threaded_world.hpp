#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/threads/threaded_socket.hpp"
#include "helpers/far_end.hpp"
#include "helpers/heap_memory.hpp"

namespace millrace::testing {

// A STREAM socket on I/O threads, its application on this one, and far ends. The application is
// served by `run_until`, as an event loop would.
class threaded_world final : public engine::wakeup, public engine::application_bell {
 public:
  explicit threaded_world(std::size_t threads, const engine::socket_options& options = {});

  engine::tcp_address listen(const engine::connection_options& options = {});
  far_end& dial(const engine::tcp_address& to, int receive_buffer_bytes = 0);
  engine::send_result send(wire::routing_id to, std::string_view payload);

  // False when that takes longer than any test should.
  bool run_until(const std::function<bool()>& done);
  // The application is busy: far ends move, nothing is delivered.
  void run_far_ends_for(std::chrono::milliseconds duration);

  std::size_t count(engine::socket_event::kind what) const;
  std::size_t rings() const { return rings_; }

  std::function<void(wire::routing_id, const std::string&)> on_message;
  std::map<wire::routing_id, std::vector<std::string>> messages;
  std::vector<engine::socket_event> events;
  // While true, each message is held, and released by `release_all`.
  bool holds = false;
  void release_all();

  heap_memory memory;
  engine::io_pool pool;
  std::unique_ptr<engine::threaded_socket> socket;

 private:
  void ring() noexcept override {
    rung_ = true;
    ++rings_;
  }
  void on_batch() noexcept override;
  void look_at(const engine::batch& from, const engine::record& at);
  void pump();

  std::atomic<bool> rung_{false};
  std::atomic<std::size_t> rings_{0};
  std::vector<std::pair<wire::routing_id, std::uint64_t>> held_;
  std::vector<std::unique_ptr<far_end>> far_ends_;
};

}  // namespace millrace::testing
