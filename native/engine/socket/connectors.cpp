#include "engine/socket/connectors.hpp"

#include <cerrno>
#include <utility>

namespace millrace::engine {

void connectors::start(std::uint32_t token, message_socket::connect_request request) {
  connector_events& events = *this;
  auto source = std::make_unique<connector>(loop_, events, token, std::move(request.addresses),
                                            request.options->keep_alive);
  auto& started = *source;
  attempts_.emplace(token, attempt{std::move(source), request.id, std::move(request.options)});
  started.start(request.timeout);
}

void connectors::stop(std::uint32_t token) {
  if (attempts_.contains(token)) {
    ids_.release(take(token).id);
  }
}

void connectors::stop_all() {
  for (const auto& [token, pending] : attempts_) {
    ids_.release(pending.id);
  }
  attempts_.clear();
}

void connectors::on_connect(connector& from, descriptor connected, const tcp_address& remote) {
  const auto token = from.token();
  const auto ended = take(token);
  token_in_progress_ = token;
  const bool started =
      host_.start({.id = ended.id, .remote = remote}, ended.options, std::move(connected));
  token_in_progress_ = 0;
  if (!started) {
    failed(ended, token, {ENOMEM, boost::system::system_category()}, remote);
  }
}

void connectors::on_connect_failed(connector& from, error_code failure, const tcp_address& last) {
  const auto token = from.token();
  failed(take(token), token, failure, last);
}

void connectors::failed(const attempt& ended, std::uint32_t token, error_code why,
                        const tcp_address& last) {
  ids_.release(ended.id);
  host_.post(
      {.what = socket_event::kind::connect_failed, .token = token, .code = why, .address = last});
}

connectors::attempt connectors::take(std::uint32_t token) {
  const auto found = attempts_.find(token);
  auto taken = std::move(found->second);
  attempts_.erase(found);
  return taken;
}

}  // namespace millrace::engine
