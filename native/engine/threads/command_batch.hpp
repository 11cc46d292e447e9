#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/socket/stream_socket.hpp"
#include "engine/threads/io_thread.hpp"
#include "engine/transport/byte_buffer.hpp"
#include "engine/transport/fifo_executor.hpp"

namespace millrace::engine {

class shard;

// What the application asks of one part of its socket, in the order in which it did. Payloads lie
// behind each other in one buffer:
//
//   commands   | send 7, 5 bytes | send 9, 3 bytes | end 7 | call | ...
//   payloads   | h e l l o       | a b c           |
//
class command_batch final : public mail {
 public:
  explicit command_batch(std::shared_ptr<shard> target) noexcept : target_(std::move(target)) {}

  bool empty() const noexcept { return commands_.empty(); }
  std::size_t payload_bytes() const noexcept { return payloads_.size(); }

  void add_send(wire::routing_id to, std::size_t bytes, chunks payload);
  // The same in two steps: room for a payload and `slack` bytes more, then how long it is.
  std::byte* begin_send(std::size_t bytes, std::size_t slack) {
    return payloads_.prepare(bytes + slack).data();
  }
  void finish_send(wire::routing_id to, std::size_t bytes);

  enum class verb : std::uint8_t { send, flush, end, destroy, cut, hold, release, pause, call };
  void add(verb what, wire::routing_id who, std::uint64_t amount = 0) {
    commands_.push_back({amount, who, what});
  }
  // For what happens rarely: a function of the part.
  template <class Function>
  void call(Function&& function) {
    add(verb::call, wire::nobody);
    calls_.push(std::forward<Function>(function));
  }

  void open() noexcept override;

 private:
  struct command {
    std::uint64_t amount;
    wire::routing_id who;
    verb what;
  };

  void obey(stream_socket& socket, const command& each);
  void send(stream_socket& socket, const command& each);

  std::shared_ptr<shard> target_;
  std::vector<command> commands_;
  byte_buffer payloads_;
  fifo_queue calls_;
};

}  // namespace millrace::engine
