#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "engine/connection/listener.hpp"
#include "engine/socket/connection_host.hpp"
#include "engine/socket/socket_commons.hpp"

namespace millrace::engine {

// The listening descriptors of one socket on one thread, used there; outlived by its host.
class listeners final : private listener_events {
 public:
  listeners(io_loop& loop, connection_host& host, socket_commons& commons,
            receive_budget& events_budget) noexcept
      : loop_(loop), host_(host), commons_(commons), events_budget_(events_budget) {}

  // False when the descriptor cannot be watched.
  bool add(std::uint32_t id, listening_socket listening, const listen_options& how,
           connection_options_ptr options);
  void remove(std::uint32_t id) { all_.erase(id); }
  void clear() { all_.clear(); }

 private:
  struct entry {
    std::unique_ptr<listener> source;
    std::uint32_t max_connections;
    connection_options_ptr options;
  };

  void on_accept(listener& from, descriptor accepted, const tcp_address& remote) override;
  void on_accept_failed(listener& from, error_code failure) override;

  io_loop& loop_;
  connection_host& host_;
  socket_commons& commons_;
  receive_budget& events_budget_;
  std::unordered_map<std::uint32_t, entry> all_;
};

}  // namespace millrace::engine
