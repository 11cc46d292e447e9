#include "engine/threads/thread_parts.hpp"

#include <utility>

namespace millrace::engine {

std::shared_ptr<thread_parts> thread_parts::make(io_pool& pool, application_bell& bell,
                                                 const socket_options& given,
                                                 wire::routing_id first_id) {
  auto made = std::make_shared<thread_parts>(pool, given, first_id);
  for (std::size_t i = 0; i < pool.size(); ++i) {
    made->all_.push_back(std::make_shared<shard>(pool.at(i), bell, made));
  }
  return made;
}

thread_parts::thread_parts(io_pool& pool, const socket_options& given, wire::routing_id first_id)
    : socket_commons(given, first_id), pool_(pool) {
  threads = this;
}

bool thread_parts::place(const connection_identity& who, const connection_options_ptr& how,
                         descriptor& accepted) {
  const auto& target = all_[least_loaded()];
  // Counted before it is there: the next one may be placed before that.
  target->thread().loop().load.fetch_add(1, std::memory_order_relaxed);
  if (target->thread().is_current()) {
    return false;
  }
  auto adopt = [target, who, how, accepted = std::move(accepted)]() mutable {
    if (auto* const socket = target->socket()) {
      socket->adopt(who, how, std::move(accepted));
    }
  };
  target->thread().post_call(std::move(adopt));
  return true;
}

void thread_parts::cut(wire::routing_id who, error_code reason) {
  tell_others([who, reason](stream_socket& socket) { socket.cut(who, reason); });
}

void thread_parts::on_room_for_others() noexcept {
  tell_others([](stream_socket& socket) { socket.resume_reading(); });
}

template <class Function>
void thread_parts::tell_others(Function function) noexcept {
  for (const auto& each : all_) {
    if (!each->thread().is_current()) {
      each->thread().post_call([each, function] {
        if (auto* const socket = each->socket()) {
          function(*socket);
        }
      });
    }
  }
}

}  // namespace millrace::engine
