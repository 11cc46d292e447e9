#pragma once

#include <node_api.h>

#include "engine/socket/message_socket.hpp"

namespace millrace::binding {

// Sends what a JavaScript value holds; it is read during the call and never kept. `to` names the
// peer. Each answers with a number: 1 taken, 0 taken but wait for drain, below 0 not taken (as
// engine::send_result).

// A Uint8Array.
engine::send_result send_bytes(napi_env env, engine::message_socket& socket, wire::routing_id to,
                               napi_value bytes);
// A string, encoded as UTF-8 straight into the batch.
engine::send_result send_text(napi_env env, engine::message_socket& socket, wire::routing_id to,
                              napi_value text);
// An Array of Uint8Arrays that together are one message.
engine::send_result send_list(napi_env env, engine::message_socket& socket, wire::routing_id to,
                              napi_value list);

}  // namespace millrace::binding
