#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/connection/peer.hpp"

namespace millrace::engine {

// What lies in the inbox, in the order in which it happened. `place` is the index of the message's
// block, or of the event, in the same batch.
struct record {
  enum kind : std::uint32_t { message, event };

  wire::routing_id id;
  std::uint32_t kind_and_place;  // kind in the lowest bit
  std::uint32_t offset;
  std::uint32_t length;

  static std::uint32_t pack(kind what, std::size_t place) noexcept {
    return static_cast<std::uint32_t>(place) << 1 | what;
  }
};

struct socket_event {
  enum class kind : std::uint8_t {
    connect,
    disconnect,
    drain,
    connect_failed,
    accept_failed,
    refused,
    ending  // between threads only
  };

  kind what;
  wire::routing_id id = wire::nobody;
  std::uint32_t origin = 0;  // the listener, or 0
  std::uint32_t token = 0;   // of the connecting that has ended, or 0
  error_code code{};
  bool truncated = false;
  std::uint64_t lost = 0;  // with `disconnect`: messages that were queued for the peer
  tcp_address address{};
  // With `connect`, for an application on another thread:
  tcp_address local{};
  std::shared_ptr<peer> who{};
};

// What one peer has brought into a batch.
struct sender {
  std::shared_ptr<peer> who;
  std::uint64_t charge;
};

// One batch for the application.
struct batch {
  std::vector<record> records;
  std::vector<block_ptr> blocks;
  std::vector<socket_event> events;
  std::vector<sender> senders;  // each once

  void clear() noexcept;
};

// Collects what the connections of one socket have for the application. Small messages share a
// slab, which is filled on over several batches; a large one comes in a block of its own.
//
//   slab   | messages of earlier batches | of this batch | room |
//
class inbox {
 public:
  explicit inbox(memory_source& memory) noexcept : memory_(memory) {}

  bool empty() const noexcept { return now_.records.empty(); }

  // False when there is no memory.
  bool add_message(wire::routing_id from, bytes_view payload);
  void add_large_message(wire::routing_id from, block_ptr payload);
  // Who is to be told when the batch has been taken, besides.
  void charge(peer& from, std::size_t payload_bytes);
  void add_event(socket_event event);

  // What has come since the last call; the caller gives the vectors back with `recycle`.
  batch take();
  void recycle(batch used) noexcept;

 private:
  bool make_room(std::size_t bytes);
  void add(wire::routing_id from, std::size_t place, std::size_t offset, std::size_t bytes);
  std::size_t slab_bytes(std::size_t message_bytes) const noexcept;

  memory_source& memory_;
  batch now_;
  batch spare_;
  block_ptr slab_;
  std::size_t slab_used_ = 0;
  std::size_t slab_place_ = 0;
  bool slab_in_batch_ = false;
  std::uint64_t number_ = 1;  // of the batch that is being filled
  std::size_t batch_bytes_ = 0;
  std::size_t last_batch_bytes_ = 0;
};

}  // namespace millrace::engine
