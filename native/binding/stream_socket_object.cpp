#include "binding/stream_socket_object.hpp"

#include "binding/context_object.hpp"
#include "binding/outgoing.hpp"
#include "binding/values.hpp"

namespace millrace::binding {
namespace {

engine::listen_options read_listen_options(const Napi::Object& from) {
  return {.backlog = from.Get("backlog").As<Napi::Number>().Int32Value(),
          .ipv6_only = from.Get("ipv6Only").As<Napi::Boolean>(),
          .reuse_port = from.Get("reusePort").As<Napi::Boolean>(),
          .mode = from.Get("mode").As<Napi::Number>().Uint32Value(),
          .max_connections = from.Get("maxConnections").As<Napi::Number>().Uint32Value(),
          .adopted = from.Get("fd").As<Napi::Number>().Int32Value()};
}

auto read_connection_options(const Napi::Value& from) {
  return std::make_shared<const engine::connection_options>(
      read_options<engine::connection_options>(from.As<Napi::Object>()));
}

std::uint32_t number(const Napi::Value& from) { return from.As<Napi::Number>().Uint32Value(); }

double wide(std::uint64_t value) { return static_cast<double>(value); }

void set_traffic(Napi::Object& to, const engine::socket_totals& from) {
  to.Set("messagesIn", wide(from.messages_in));
  to.Set("messagesOut", wide(from.messages_out));
  to.Set("bytesIn", wide(from.bytes_in));
  to.Set("bytesOut", wide(from.bytes_out));
  to.Set("queuedBytes", wide(from.queued_bytes));
  to.Set("droppedMessages", wide(from.dropped_messages));
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
                      InstanceMethod<&stream_socket_object::pause_peer>("pausePeer"),
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
  host_ = context_object::Unwrap(info[0].As<Napi::Object>())->host();
  delivery_.emplace(info.Env(), info[1].As<Napi::Object>(), info[2].As<Napi::Function>());
  engine::wakeup& owner = *this;
  socket_ = host_->make_socket(slabs_, owner,
                               read_options<engine::socket_options>(info[3].As<Napi::Object>()),
                               number(info[4]));
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
  const auto bound = socket_->listen(read_address(info[0].As<Napi::Object>()),
                                     read_listen_options(info[1].As<Napi::Object>()),
                                     read_connection_options(info[2]));
  if (!bound) {
    return failed(info.Env(), bound.error());
  }
  auto result = Napi::Object::New(info.Env());
  result.Set("id", bound->id);
  result.Set("endpoint", bound->endpoint);
  set_address(result, bound->address);
  return result;
}

void stream_socket_object::unlisten(const Napi::CallbackInfo& info) {
  if (socket_) {
    socket_->unlisten(number(info[0]));
  }
}

// connect(addresses, port, timeout, routingId, options): the token, or { error }.
Napi::Value stream_socket_object::connect(const Napi::CallbackInfo& info) {
  if (!socket_) {
    return failed(info.Env(), engine::error::socket_closed);
  }
  const auto places = info[0].As<Napi::Array>();
  engine::message_socket::connect_request request{
      .addresses = {},
      .timeout = std::chrono::milliseconds(number(info[1])),
      .id = number(info[2]),
      .options = read_connection_options(info[3])};
  for (std::uint32_t i = 0; i < places.Length(); ++i) {
    request.addresses.push_back(read_address(places.Get(i).As<Napi::Object>()));
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
  if (socket_) {
    socket_->end(number(info[0]), number(info[1]));
  }
}

void stream_socket_object::destroy_peer(const Napi::CallbackInfo& info) {
  if (socket_) {
    socket_->destroy(number(info[0]));
  }
}

void stream_socket_object::end_all(const Napi::CallbackInfo& info) {
  if (socket_) {
    socket_->end_all(number(info[0]));
  }
}

void stream_socket_object::hold(const Napi::CallbackInfo& info) {
  if (socket_) {
    socket_->hold(number(info[0]), number(info[1]));
  }
}

void stream_socket_object::release(const Napi::CallbackInfo& info) {
  if (socket_) {
    socket_->release(number(info[0]), number(info[1]));
  }
}

void stream_socket_object::pause_peer(const Napi::CallbackInfo& info) {
  if (socket_) {
    socket_->pause(number(info[0]), info[1].As<Napi::Boolean>());
  }
}

void stream_socket_object::flush(const Napi::CallbackInfo&) {
  if (socket_) {
    socket_->flush();
  }
}

void stream_socket_object::flush_peer(const Napi::CallbackInfo& info) {
  if (socket_) {
    socket_->flush(number(info[0]));
  }
}

Napi::Value stream_socket_object::queued(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), socket_ ? wide(socket_->queued_bytes(number(info[0]))) : 0);
}

Napi::Value stream_socket_object::local_address(const Napi::CallbackInfo& info) {
  const auto address = socket_ ? socket_->local_address(number(info[0])) : engine::tcp_address{};
  if (address.port() == 0) {
    return info.Env().Undefined();
  }
  auto result = Napi::Object::New(info.Env());
  set_address(result, address);
  return result;
}

Napi::Value stream_socket_object::stats(const Napi::CallbackInfo& info) {
  auto result = Napi::Object::New(info.Env());
  if (socket_) {
    const auto totals = socket_->totals();
    set_traffic(result, totals);
    result.Set("connections", wide(totals.connections));
    result.Set("unfinishedBytes", wide(totals.unfinished_bytes));
    result.Set("slabBytes", wide(slabs_.pinned() + totals.slab_bytes));
    result.Set("handshakeFailures", 0);
    result.Set("refused", wide(totals.refused));
    result.Set("handoverMicros", wide(totals.handover_micros));
  }
  return result;
}

Napi::Value stream_socket_object::peer_stats(const Napi::CallbackInfo& info) {
  if (!socket_ || !socket_->has(number(info[0]))) {
    return info.Env().Undefined();
  }
  auto result = Napi::Object::New(info.Env());
  set_traffic(result, socket_->totals_of(number(info[0])));
  return result;
}

void stream_socket_object::hold_process(const Napi::CallbackInfo& info) {
  const bool wanted = info[0].As<Napi::Boolean>();
  if (socket_ && wanted != holds_process_) {
    holds_process_ = wanted;
    wanted ? host_->hold_process() : host_->let_process_go();
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
    host_->let_process_go();
  }
  host_.reset();
}

}  // namespace millrace::binding
