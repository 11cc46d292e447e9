#include "engine/threads/command_batch.hpp"

#include "engine/socket/send_policy.hpp"
#include "engine/threads/shard.hpp"

namespace millrace::engine {

void command_batch::add_send(wire::routing_id to, std::size_t bytes, chunks payload) {
  for (const auto chunk : payload) {
    payloads_.append(chunk);
  }
  add(verb::send, to, bytes);
}

void command_batch::finish_send(wire::routing_id to, std::size_t bytes) {
  payloads_.commit(bytes);
  add(verb::send, to, bytes);
}

void command_batch::open() noexcept {
  for (const auto& each : commands_) {
    if (each.what == verb::call) {
      calls_.run_first();
    } else if (auto* const socket = target_->socket()) {
      obey(*socket, each);
    }
  }
}

void command_batch::obey(stream_socket& socket, const command& each) {
  switch (each.what) {
    case verb::send:
      return send(socket, each);
    case verb::flush:
      return socket.flush(each.who);
    case verb::end:
      return socket.end(each.who, static_cast<std::uint32_t>(each.amount));
    case verb::destroy:
      return socket.destroy(each.who);
    case verb::cut:
      return socket.cut(each.who, error::backpressure);
    case verb::hold:
      return socket.hold(each.who, each.amount);
    case verb::release:
      return socket.release(each.who, each.amount);
    case verb::pause:
      return socket.pause(each.who, each.amount != 0);
    case verb::call:
      break;
  }
}

// What a peer that has gone was charged is given back by who offered it (threaded_socket).
void command_batch::send(stream_socket& socket, const command& each) {
  const auto payload = payloads_.bytes().first(each.amount);
  auto* const to = socket.find(each.who);
  if (!to) {
    socket.count_undeliverable();
  } else if (!was_taken(to->send({&payload, 1}))) {
    to->queue().refuse(to->header_bytes() + each.amount);
    socket.count_undeliverable();
  }
  payloads_.consume(each.amount);
}

}  // namespace millrace::engine
