#include "engine/socket/admission.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

namespace millrace::engine {
namespace {

// Left to the rest of the process: files, name servers, other sockets.
constexpr std::uint64_t descriptors_left_free = 256;

}  // namespace

std::uint32_t connections_by_descriptor_limit() noexcept {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto most =
      std::min<std::uint64_t>(limit.rlim_cur, std::numeric_limits<std::int32_t>::max());
  return static_cast<std::uint32_t>(most > 2 * descriptors_left_free ? most - descriptors_left_free
                                                                     : most / 2);
}

bool admission::admit(const tcp_address& remote) {
  const std::lock_guard lock(mutex_);
  if (most_.connections != 0 && connections_ >= most_.connections) {
    return false;
  }
  if (most_.per_address != 0) {
    auto& from_there = by_origin_[origin_of(remote)];
    if (from_there >= most_.per_address) {
      return false;
    }
    ++from_there;
  }
  ++connections_;
  return true;
}

void admission::count() {
  const std::lock_guard lock(mutex_);
  ++connections_;
}

void admission::leave_admitted(const tcp_address& remote) {
  const std::lock_guard lock(mutex_);
  --connections_;
  const auto found = most_.per_address == 0 ? by_origin_.end() : by_origin_.find(origin_of(remote));
  if (found != by_origin_.end() && --found->second == 0) {
    by_origin_.erase(found);
  }
}

void admission::leave_counted() {
  const std::lock_guard lock(mutex_);
  --connections_;
}

std::size_t admission::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

admission::origin admission::origin_of(const tcp_address& remote) {
  const auto address = remote.address();
  if (address.is_v4()) {
    return {false, address.to_v4().to_uint()};
  }
  const auto bytes = address.to_v6().to_bytes();
  if (address.to_v6().is_v4_mapped()) {
    return {
        false,
        boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_uint()};
  }
  std::uint64_t network = 0;
  std::for_each_n(bytes.begin(), sizeof(network),
                  [&](unsigned char byte) { network = network << 8 | byte; });
  return {true, network};
}

}  // namespace millrace::engine
