#include "binding/delivery.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "binding/slabs.hpp"
#include "binding/values.hpp"

namespace millrace::binding {
namespace {

constexpr std::size_t first_capacity = 256;
constexpr std::size_t numbers_a_record = 4;
constexpr std::size_t kept_block_bytes = 64 * 1024;
static_assert(sizeof(engine::record) == numbers_a_record * sizeof(std::int32_t));

Napi::Object describe(Napi::Env env, const engine::socket_event& event) {
  auto result = Napi::Object::New(env);
  result.Set("kind", static_cast<std::uint32_t>(event.what));
  result.Set("origin", event.origin);
  result.Set("token", event.token);
  result.Set("truncated", event.truncated);
  if (event.code) {
    result.Set("error", to_object(env, event.code));
  }
  set_address(result, event.address);
  return result;
}

}  // namespace

delivery::delivery(Napi::Env env, Napi::Object resource, Napi::Function deliver)
    : env_(env), resource_(Napi::Weak(resource)), deliver_(Napi::Weak(deliver)) {
  napi_async_init(env, resource, Napi::String::New(env, "MILLRACE_SOCKET"), &context_);
}

delivery::~delivery() { napi_async_destroy(env_, context_); }

void delivery::call(const engine::batch& batch) {
  const auto deliver = deliver_.Value();
  if (deliver.IsEmpty() || !reserve_records(batch.records.size())) {
    return;
  }
  const std::array<napi_value, 4> arguments{
      Napi::Number::New(env_, static_cast<double>(batch.records.size())), fill_records(batch),
      make_blocks(batch), make_events(batch)};
  // Runs nextTicks and microtasks too, so that what awaited code sends is still in this turn. The
  // facade catches what handlers throw; only the end of the environment makes this fail.
  napi_make_callback(env_, context_, resource_.Value(), deliver, arguments.size(), arguments.data(),
                     nullptr);
}

napi_value delivery::fill_records(const engine::batch& batch) {
  auto records = records_.Value();
  std::memcpy(records.Data(), batch.records.data(), batch.records.size() * sizeof(engine::record));
  return records;
}

// False when a worker is being terminated: from any moment on nothing can be made any more.
bool delivery::reserve_records(std::size_t count) {
  if (count > capacity_) {
    capacity_ = std::max(first_capacity, std::bit_ceil(count));
    records_ = Napi::Persistent(Napi::Int32Array::New(env_, capacity_ * numbers_a_record));
  }
  return !records_.IsEmpty();
}

Napi::Value delivery::make_blocks(const engine::batch& batch) {
  if (batch.blocks.empty() || (batch.blocks.size() == 1 && batch.blocks[0] == last_block_.lock())) {
    return env_.Undefined();
  }
  last_block_.reset();
  if (batch.blocks.size() == 1 && batch.blocks[0]->bytes().size() <= kept_block_bytes) {
    last_block_ = batch.blocks[0];
  }
  auto blocks = Napi::Array::New(env_, batch.blocks.size());
  std::uint32_t place = 0;
  for (const auto& block : batch.blocks) {
    blocks.Set(place++, static_cast<const array_buffer_block&>(*block).value());
  }
  return blocks;
}

Napi::Value delivery::make_events(const engine::batch& batch) {
  if (batch.events.empty()) {
    return env_.Undefined();
  }
  auto events = Napi::Array::New(env_, batch.events.size());
  std::uint32_t place = 0;
  for (const auto& event : batch.events) {
    events.Set(place++, describe(env_, event));
  }
  return events;
}

}  // namespace millrace::binding
