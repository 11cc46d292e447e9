#include "helpers/world.hpp"

#include <doctest/doctest.h>

#include <boost/asio/ip/address.hpp>
#include <utility>

#include "helpers/bytes.hpp"

namespace millrace::testing {
namespace {

using namespace std::chrono_literals;

// Far ends are no part of the epoll set, so the world looks at them this often.
constexpr auto longest_wait = 1ms;
constexpr auto longest_test = 20s;

}  // namespace

engine::tcp_address loopback(std::uint16_t port) {
  return {boost::asio::ip::address_v4::loopback(), port};
}

world::world(const engine::socket_options& options, wire::routing_id first_id) {
  socket = std::make_unique<engine::stream_socket>(loop, memory, app, options, first_id);
}

engine::tcp_address world::listen(const engine::connection_options& options,
                                  const engine::listen_options& how) {
  const auto bound =
      socket->listen(loopback(), how, std::make_shared<const engine::connection_options>(options));
  REQUIRE(bound.has_value());
  return bound->address;
}

far_end& world::dial(const engine::tcp_address& to, int receive_buffer_bytes) {
  return *far_ends_.emplace_back(std::make_unique<far_end>(to, receive_buffer_bytes));
}

far_end& world::adopt(engine::descriptor accepted) {
  return *far_ends_.emplace_back(std::make_unique<far_end>(std::move(accepted)));
}

far_end& world::connect_far_end(const engine::tcp_address& to, int receive_buffer_bytes) {
  const auto before = app.count(application::kind::connect);
  auto& made = dial(to, receive_buffer_bytes);
  REQUIRE(run_until([&] { return app.count(application::kind::connect) > before; }));
  return made;
}

engine::send_result world::send(wire::routing_id to, std::string_view payload) {
  const auto view = bytes(payload);
  return socket->send(to, {&view, 1});
}

std::size_t world::send_until_full(wire::routing_id to, std::string_view payload) {
  std::size_t sent = 0;
  auto result = engine::send_result::taken;
  while (result == engine::send_result::taken && sent < 100'000) {
    result = send(to, payload);
    sent += static_cast<int>(result) >= 0 ? 1 : 0;
  }
  return sent;
}

bool world::run_until(const std::function<bool()>& done) {
  const auto limit = readiness.now() + longest_test;
  while (!done()) {
    if (readiness.now() > limit) {
      return false;
    }
    run_once();
  }
  return true;
}

void world::run_for(std::chrono::milliseconds duration) {
  const auto end = readiness.now() + duration;
  while (readiness.now() < end) {
    run_once();
  }
}

bool world::run_until_disconnects(std::size_t count) {
  return run_until([&] { return app.count(application::kind::disconnect) >= count; });
}

void world::run_once() {
  loop.flush();
  for (const auto& each : far_ends_) {
    each->pump();
  }
  readiness.run_once(loop, loop.has_work() ? 0ms : longest_wait);
}

}  // namespace millrace::testing
