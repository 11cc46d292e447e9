#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "engine/connection/connector.hpp"
#include "engine/socket/connection_host.hpp"
#include "engine/socket/id_space.hpp"

namespace millrace::engine {

// The attempts of one socket to connect. Used on the thread of its loop; outlived by its host.
class connectors final : private connector_events {
 public:
  connectors(io_loop& loop, connection_host& host, id_space& ids) noexcept
      : loop_(loop), host_(host), ids_(ids) {}

  // The id of the request is reserved and becomes ours until the connection has it.
  void start(std::uint32_t token, message_socket::connect_request request);
  void stop(std::uint32_t token);
  void stop_all();
  std::size_t size() const noexcept { return attempts_.size(); }

  // Of the connection that is being started, 0 otherwise.
  std::uint32_t token_in_progress() const noexcept { return token_in_progress_; }

 private:
  struct attempt {
    std::unique_ptr<connector> source;
    wire::routing_id id;
    connection_options_ptr options;
  };

  void on_connect(connector& from, descriptor connected, const tcp_address& remote) override;
  void on_connect_failed(connector& from, error_code failure, const tcp_address& last) override;
  void failed(const attempt& ended, std::uint32_t token, error_code why, const tcp_address& last);
  attempt take(std::uint32_t token);

  io_loop& loop_;
  connection_host& host_;
  id_space& ids_;
  std::unordered_map<std::uint32_t, attempt> attempts_;
  std::uint32_t token_in_progress_ = 0;
};

}  // namespace millrace::engine
