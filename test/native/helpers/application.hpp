#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/socket/stream_socket.hpp"
#include "helpers/lines.hpp"

namespace millrace::testing {

// What an application was told, one record.
struct happening {
  bool is_event;
  wire::routing_id id;
  std::string payload;           // of a message
  engine::socket_event event{};  // of an event
  std::size_t batch;
};

// Uses a STREAM socket as the binding does: takes each batch when it is woken, looks at every record
// and gives the batch back. The test may destroy the socket in the middle of that.
class application final : public engine::wakeup {
 public:
  using kind = engine::socket_event::kind;

  explicit application(std::unique_ptr<engine::stream_socket>& socket) : socket_(socket) {}

  void on_batch() noexcept override;

  std::function<void(wire::routing_id, const std::string&)> on_message;
  std::function<void(const engine::socket_event&)> on_event;

  // While false, batches stay in the inbox.
  bool takes = true;
  // While true, each message is held as for a handler whose promise has not settled.
  bool holds = false;
  void release_all();

  // "connect 1", "message 1 hello", "disconnect 1 PEER_CLOSED", ...; long payloads as their length.
  lines log() const;
  lines log_of(wire::routing_id id) const;

  std::size_t messages() const { return messages_; }
  std::size_t message_bytes() const { return message_bytes_; }
  std::size_t count(kind what) const;
  // The last event of its kind; null if there was none.
  const engine::socket_event* last(kind what) const;

  std::vector<happening> seen;

 private:
  void look_at(const engine::batch& from, const engine::record& at);
  void look_at_event(const engine::socket_event& event);
  void look_at_message(wire::routing_id id, std::string payload);

  std::unique_ptr<engine::stream_socket>& socket_;
  std::map<wire::routing_id, std::uint64_t> held_;
  std::size_t batches_ = 0;
  std::size_t messages_ = 0;
  std::size_t message_bytes_ = 0;
};

}  // namespace millrace::testing
