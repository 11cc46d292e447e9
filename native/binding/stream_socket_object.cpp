#include "binding/stream_socket_object.hpp"

#include <boost/asio/ip/address.hpp>

#include "binding/context_object.hpp"
#include "binding/outgoing.hpp"
#include "binding/values.hpp"

namespace millrace::binding {
namespace {

// The facade gives addresses only; what cannot be read while a worker is being terminated is none.
engine::tcp_address read_address(const Napi::Value& host, std::uint32_t port) {
  engine::error_code unreadable;
  return {boost::asio::ip::make_address(host.As<Napi::String>().Utf8Value(), unreadable),
          static_cast<std::uint16_t>(port)};
}

auto read_connection_options(const Napi::Value& from) {
  return std::make_shared<const engine::connection_options>(
      read_options<engine::connection_options>(from.As<Napi::Object>()));
}

std::uint32_t number(const Napi::Value& from) { return from.As<Napi::Number>().Uint32Value(); }

double wide(std::uint64_t value) { return static_cast<double>(value); }

void set_traffic(Napi::Object& to, const engine::traffic& from) {
  to.Set("messagesIn", wide(from.messages_in));
  to.Set("messagesOut", wide(from.messages_out));
  to.Set("bytesIn", wide(from.bytes_in));
  to.Set("bytesOut", wide(from.bytes_out));
}

}  // namespace

Napi::Function stream_socket_object::define(Napi::Env env) {
  return DefineClass(env, "NativeSocket",
                     {InstanceMethod<&stream_socket_object::listen>("listen"),
                      InstanceMethod<&stream_socket_object::unlisten>("unlisten"),
                      InstanceMethod<&stream_socket_object::connect>("connect"),
                      InstanceMethod<&stream_socket_object::stop_connecting>("stopConnecting"),
                      InstanceMethod<&stream_socket_object::keep_id>("keepId"),
                      InstanceMethod<&stream_socket_object::release_id>("releaseId"),
                      InstanceMethod<&stream_socket_object::count_dropped>("countDropped"),
                      InstanceMethod<&stream_socket_object::end_peer>("end"),
                      InstanceMethod<&stream_socket_object::destroy_peer>("destroy"),
                      InstanceMethod<&stream_socket_object::end_all>("endAll"),
                      InstanceMethod<&stream_socket_object::hold>("hold"),
                      InstanceMethod<&stream_socket_object::release>("release"),
                      InstanceMethod<&stream_socket_object::flush>("flush"),
                      InstanceMethod<&stream_socket_object::flush_peer>("flushPeer"),
                      InstanceMethod<&stream_socket_object::queued>("queued"),
                      InstanceMethod<&stream_socket_object::local_address>("localAddress"),
                      InstanceMethod<&stream_socket_object::stats>("stats"),
                      InstanceMethod<&stream_socket_object::peer_stats>("peerStats"),
                      InstanceMethod<&stream_socket_object::hold_process>("holdProcess")});
}

stream_socket_object::stream_socket_object(const Napi::CallbackInfo& info)
    : ObjectWrap(info),
      ending_with_environment(environment::of(info.Env())),
      slabs_(info.Env(), info[5]) {
  loop_ = context_object::Unwrap(info[0].As<Napi::Object>())->loop();
  delivery_.emplace(info.Env(), info[1].As<Napi::Object>(), info[2].As<Napi::Function>());
  engine::wakeup& owner = *this;
  socket_ = std::make_unique<engine::stream_socket>(
      loop_->engine(), slabs_, owner,
      read_options<engine::socket_options>(info[3].As<Napi::Object>()), number(info[4]));
  add_sender<&send_bytes>("send");
  add_sender<&send_text>("sendText");
  add_sender<&send_list>("sendList");
}

// Plain functions that carry the socket: a third of the cost of a method of a wrapped class.
template <stream_socket_object::sender Send>
void stream_socket_object::add_sender(const char* name) {
  napi_value function = nullptr;
  napi_create_function(Env(), name, NAPI_AUTO_LENGTH, &stream_socket_object::send<Send>, this,
                       &function);
  napi_set_named_property(Env(), Value(), name, function);
}

template <stream_socket_object::sender Send>
napi_value stream_socket_object::send(napi_env env, napi_callback_info info) {
  std::size_t count = 2;
  std::array<napi_value, 2> arguments{};
  void* self = nullptr;
  napi_get_cb_info(env, info, &count, arguments.data(), nullptr, &self);
  wire::routing_id to = wire::nobody;
  napi_get_value_uint32(env, arguments[0], &to);
  auto& socket = static_cast<stream_socket_object*>(self)->socket_;
  const auto result = socket ? Send(env, *socket, to, arguments[1]) : engine::send_result::refused;
  napi_value answer = nullptr;
  napi_create_int32(env, static_cast<std::int32_t>(result), &answer);
  return answer;
}

Napi::Value stream_socket_object::listen(const Napi::CallbackInfo& info) {
  if (!socket_) {
    return failed(info.Env(), engine::error::socket_closed);
  }
  const engine::listen_options how{.backlog = info[2].As<Napi::Number>().Int32Value(),
                                   .ipv6_only = info[3].As<Napi::Boolean>(),
                                   .max_connections = number(info[4])};
  const auto bound = socket_->listen(read_address(info[0], number(info[1])), how,
                                     read_connection_options(info[5]));
  if (!bound) {
    return failed(info.Env(), bound.error());
  }
  auto result = Napi::Object::New(info.Env());
  result.Set("id", bound->id);
  result.Set("endpoint", engine::to_text(bound->address));
  set_address(result, bound->address);
  return result;
}

void stream_socket_object::unlisten(const Napi::CallbackInfo& info) {
  if (socket_) {
    socket_->unlisten(number(info[0]));
  }
}

// connect(addresses, port, timeout, routingId, options): the token, or { error }. The id is kept.
Napi::Value stream_socket_object::connect(const Napi::CallbackInfo& info) {
  if (!socket_) {
    return failed(info.Env(), engine::error::socket_closed);
  }
  const auto hosts = info[0].As<Napi::Array>();
  engine::stream_socket::connect_request request{
      .addresses = {},
      .timeout = std::chrono::milliseconds(number(info[2])),
      .id = number(info[3]),
      .options = read_connection_options(info[4]),
      .id_is_kept = true};
  for (std::uint32_t i = 0; i < hosts.Length(); ++i) {
    request.addresses.push_back(read_address(hosts.Get(i), number(info[1])));
  }
  const auto token = socket_->connect(std::move(request));
  if (!token) {
    return failed(info.Env(), token.error());
  }
  return Napi::Number::New(info.Env(), *token);
}

void stream_socket_object::stop_connecting(const Napi::CallbackInfo& info) {
  if (socket_) {
    socket_->stop_connecting(number(info[0]));
  }
}

// keepId(wanted, 0 for the next free one): the id, or { error }.
Napi::Value stream_socket_object::keep_id(const Napi::CallbackInfo& info) {
  if (!socket_) {
    return failed(info.Env(), engine::error::socket_closed);
  }
  const auto id = socket_->keep_id(number(info[0]));
  if (!id) {
    return failed(info.Env(), id.error());
  }
  return Napi::Number::New(info.Env(), *id);
}

void stream_socket_object::release_id(const Napi::CallbackInfo& info) {
  if (socket_) {
    socket_->release_id(number(info[0]));
  }
}

void stream_socket_object::count_dropped(const Napi::CallbackInfo& info) {
  if (socket_) {
    socket_->count_dropped(number(info[0]), number(info[1]));
  }
}

void stream_socket_object::end_peer(const Napi::CallbackInfo& info) {
  if (auto* const peer = peer_named(info[0])) {
    peer->end(engine::error::local_closed, number(info[1]));
  }
}

void stream_socket_object::destroy_peer(const Napi::CallbackInfo& info) {
  if (auto* const peer = peer_named(info[0])) {
    peer->destroy(engine::error::local_closed);
  }
}

void stream_socket_object::end_all(const Napi::CallbackInfo& info) {
  if (socket_) {
    socket_->end_all(engine::error::local_closed, number(info[0]));
  }
}

void stream_socket_object::hold(const Napi::CallbackInfo& info) {
  if (auto* const peer = peer_named(info[0])) {
    peer->hold(number(info[1]) + engine::message_charge);
  }
}

void stream_socket_object::release(const Napi::CallbackInfo& info) {
  if (auto* const peer = peer_named(info[0])) {
    peer->release(number(info[1]) + engine::message_charge);
  }
}

void stream_socket_object::flush(const Napi::CallbackInfo&) {
  if (socket_) {
    socket_->flush();
  }
}

void stream_socket_object::flush_peer(const Napi::CallbackInfo& info) {
  if (auto* const peer = peer_named(info[0])) {
    peer->flush();
  }
}

Napi::Value stream_socket_object::queued(const Napi::CallbackInfo& info) {
  const auto* const peer = peer_named(info[0]);
  return Napi::Number::New(info.Env(), peer ? wide(peer->queue().charged()) : 0);
}

Napi::Value stream_socket_object::local_address(const Napi::CallbackInfo& info) {
  const auto* const peer = peer_named(info[0]);
  if (!peer) {
    return info.Env().Undefined();
  }
  auto result = Napi::Object::New(info.Env());
  set_address(result, peer->local_address());
  return result;
}

Napi::Value stream_socket_object::stats(const Napi::CallbackInfo& info) {
  auto result = Napi::Object::New(info.Env());
  if (socket_) {
    const auto& group = socket_->group();
    set_traffic(result, group.total);
    result.Set("connections", wide(socket_->connections()));
    result.Set("queuedBytes", wide(group.outbound.charged));
    result.Set("slabBytes", wide(slabs_.pinned()));
    result.Set("droppedMessages", wide(socket_->counters().dropped_messages));
    result.Set("refused", wide(socket_->counters().refused));
    result.Set("unfinishedBytes", 0);
    result.Set("handshakeFailures", 0);
    result.Set("handoverMicros", 0);
  }
  return result;
}

Napi::Value stream_socket_object::peer_stats(const Napi::CallbackInfo& info) {
  const auto* const counted = socket_ ? socket_->traffic_of(number(info[0])) : nullptr;
  if (!counted) {
    return info.Env().Undefined();
  }
  const auto* const peer = peer_named(info[0]);
  auto result = Napi::Object::New(info.Env());
  set_traffic(result, *counted);
  result.Set("queuedBytes", peer ? wide(peer->queue().charged()) : 0);
  result.Set("droppedMessages", wide(counted->dropped));
  return result;
}

void stream_socket_object::hold_process(const Napi::CallbackInfo& info) {
  const bool wanted = info[0].As<Napi::Boolean>();
  if (socket_ && wanted != holds_process_) {
    holds_process_ = wanted;
    wanted ? loop_->hold_process() : loop_->let_process_go();
  }
}

void stream_socket_object::on_batch() noexcept {
  auto batch = socket_->take_batch();
  delivery_->call(batch);
  if (socket_) {
    socket_->finish_batch(std::move(batch));
  }
}

void stream_socket_object::close() noexcept {
  socket_.reset();
  delivery_.reset();
  if (std::exchange(holds_process_, false)) {
    loop_->let_process_go();
  }
  loop_.reset();
}

engine::peer* stream_socket_object::peer_named(const Napi::Value& id) const {
  return socket_ ? socket_->find(number(id)) : nullptr;
}

}  // namespace millrace::binding
