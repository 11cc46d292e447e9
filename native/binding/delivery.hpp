#pragma once

#include <napi.h>

#include "engine/socket/inbox.hpp"

namespace millrace::binding {

// Hands batches to the facade of one socket, one call each:
//
//   deliver(count, records, blocks, events)
//     records  Int32Array, four numbers a record: routing id, kind and place, offset, length
//     blocks   ArrayBuffers that the places of messages name, undefined if it is the last call's
//              one and only, of at most 64 KiB, which the facade keeps
//     events   objects that the places of events name, undefined if there is none
//
// The function is held weakly: the facade, which holds this socket, holds it too.
class delivery {
 public:
  delivery(Napi::Env env, Napi::Object resource, Napi::Function deliver);
  delivery(const delivery&) = delete;
  delivery& operator=(const delivery&) = delete;
  ~delivery();

  void call(const engine::batch& batch);

 private:
  napi_value fill_records(const engine::batch& batch);
  bool reserve_records(std::size_t count);
  Napi::Value make_blocks(const engine::batch& batch);
  Napi::Value make_events(const engine::batch& batch);

  Napi::Env env_;
  napi_async_context context_ = nullptr;
  Napi::ObjectReference resource_;
  Napi::FunctionReference deliver_;
  Napi::Reference<Napi::Int32Array> records_;
  std::size_t capacity_ = 0;
  std::weak_ptr<engine::memory_block> last_block_;  // the one that the facade still has
};

}  // namespace millrace::binding
