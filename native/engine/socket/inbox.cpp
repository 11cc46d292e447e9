#include "engine/socket/inbox.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/connection/assembly.hpp"

namespace millrace::engine {
namespace {

constexpr std::size_t first_slab = 16 * 1024;
constexpr std::size_t largest_slab = 1024 * 1024;
// A message that is kept for long keeps its slab; many small ones would keep much.
constexpr std::size_t small_message = 4 * 1024;
constexpr std::size_t largest_slab_of_small = 64 * 1024;

}  // namespace

void batch::clear() noexcept {
  records.clear();
  blocks.clear();
  events.clear();
  senders.clear();
}

bool inbox::add_message(wire::routing_id from, bytes_view payload) {
  if (payload.size() > largest_shared_message) {
    auto own = memory_.allocate(payload.size());
    if (!own) {
      return false;
    }
    std::memcpy(own->bytes().data(), payload.data(), payload.size());
    add_large_message(from, std::move(own));
    return true;
  }
  if (!make_room(payload.size())) {
    return false;
  }
  if (!payload.empty()) {
    std::memcpy(slab_->bytes().data() + slab_used_, payload.data(), payload.size());
  }
  add(from, slab_place_, slab_used_, payload.size());
  slab_used_ += payload.size();
  batch_bytes_ += payload.size();
  return true;
}

void inbox::add_large_message(wire::routing_id from, block_ptr payload) {
  const auto bytes = payload->bytes().size();
  now_.blocks.push_back(std::move(payload));
  add(from, now_.blocks.size() - 1, 0, bytes);
}

void inbox::add_event(socket_event event) {
  now_.records.push_back({event.id, record::pack(record::event, now_.events.size()), 0, 0});
  now_.events.push_back(std::move(event));
}

batch inbox::take() {
  slab_in_batch_ = false;
  ++number_;
  last_batch_bytes_ = std::exchange(batch_bytes_, 0);
  return std::exchange(now_, std::exchange(spare_, {}));
}

void inbox::recycle(batch used) noexcept {
  used.clear();
  spare_ = std::move(used);
}

// Afterwards the slab stands in the batch and has room for `bytes`.
bool inbox::make_room(std::size_t bytes) {
  const bool usable =
      slab_ && slab_->bytes().size() - slab_used_ >= bytes && (slab_in_batch_ || slab_->writable());
  if (usable && slab_in_batch_) [[likely]] {
    return true;
  }
  if (!usable) {
    slab_ = memory_.allocate(slab_bytes(bytes));
    slab_used_ = 0;
    if (!slab_) {
      return false;
    }
  }
  slab_place_ = now_.blocks.size();
  now_.blocks.push_back(slab_);
  slab_in_batch_ = true;
  return true;
}

void inbox::charge(peer& from, std::size_t payload_bytes) {
  auto& slot = from.slot();
  if (slot.batch != number_) {
    slot = {number_, now_.senders.size()};
    now_.senders.push_back({from.shared_from_this(), 0});
  }
  now_.senders[slot.place].charge += payload_bytes + message_charge;
}

void inbox::add(wire::routing_id from, std::size_t place, std::size_t offset, std::size_t bytes) {
  now_.records.push_back({from, record::pack(record::message, place),
                          static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(bytes)});
}

// About what one batch carries, so that a slab is used up soon and few are needed under load.
std::size_t inbox::slab_bytes(std::size_t message_bytes) const noexcept {
  const auto wanted = std::bit_ceil(std::max(last_batch_bytes_, batch_bytes_));
  const auto most = message_bytes < small_message ? largest_slab_of_small : largest_slab;
  return std::clamp(wanted, first_slab, most);
}

}  // namespace millrace::engine
