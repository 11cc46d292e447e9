#include "helpers/threaded_world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "helpers/bytes.hpp"
#include "helpers/world.hpp"

namespace millrace::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_test = 60s;

}  // namespace

threaded_world::threaded_world(std::size_t threads, const engine::socket_options& options)
    : pool(threads) {
  REQUIRE(pool.complete());
  engine::application_bell& bell = *this;
  engine::wakeup& owner = *this;
  socket = std::make_unique<engine::threaded_socket>(pool, bell, memory, owner, options, 1);
}

engine::tcp_address threaded_world::listen(const engine::connection_options& options) {
  const auto bound =
      socket->listen(loopback(), {}, std::make_shared<const engine::connection_options>(options));
  REQUIRE(bound.has_value());
  return bound->address;
}

far_end& threaded_world::dial(const engine::tcp_address& to, int receive_buffer_bytes) {
  return *far_ends_.emplace_back(std::make_unique<far_end>(to, receive_buffer_bytes));
}

engine::send_result threaded_world::send(wire::routing_id to, std::string_view payload) {
  const auto view = bytes(payload);
  return socket->send(to, {&view, 1});
}

bool threaded_world::run_until(const std::function<bool()>& done) {
  const auto limit = engine::steady_clock::now() + longest_test;
  while (!done()) {
    if (engine::steady_clock::now() > limit) {
      return false;
    }
    pump();
    socket->flush();
    if (rung_.exchange(false) && socket->deliver()) {
      rung_ = true;
    }
    std::this_thread::sleep_for(50us);
  }
  return true;
}

void threaded_world::run_far_ends_for(std::chrono::milliseconds duration) {
  const auto end = engine::steady_clock::now() + duration;
  while (engine::steady_clock::now() < end) {
    pump();
    std::this_thread::sleep_for(50us);
  }
}

void threaded_world::pump() {
  for (const auto& each : far_ends_) {
    each->pump();
  }
}

std::size_t threaded_world::count(engine::socket_event::kind what) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(events, [=](const auto& each) { return each.what == what; }));
}

void threaded_world::on_batch() noexcept {
  auto batch = socket->take_batch();
  for (const auto& record : batch.records) {
    look_at(batch, record);
  }
  if (socket) {
    socket->finish_batch(std::move(batch));
  }
}

void threaded_world::look_at(const engine::batch& from, const engine::record& at) {
  const auto place = at.kind_and_place >> 1;
  if ((at.kind_and_place & 1) == engine::record::event) {
    events.push_back(from.events.at(place));
    return;
  }
  const std::string payload{text(from.blocks.at(place)->bytes().subspan(at.offset, at.length))};
  if (holds) {
    const auto charge = payload.size() + engine::message_charge;
    socket->hold(at.id, charge);
    held_.emplace_back(at.id, charge);
  }
  messages[at.id].push_back(payload);
  if (on_message) {
    on_message(at.id, payload);
  }
}

void threaded_world::release_all() {
  for (const auto& [id, charge] : std::exchange(held_, {})) {
    socket->release(id, charge);
  }
}

}  // namespace millrace::testing
