#include "engine/socket/admission.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

namespace millrace::engine {
namespace {

constexpr std::size_t network_bytes = 8;

template <class Map, class Key>
void decrease(Map& counts, const Key& key) {
  const auto found = counts.find(key);
  if (found != counts.end() && --found->second == 0) {
    counts.erase(found);
  }
}

template <class Map, class Key>
bool is_full(const Map& counts, const Key& key, std::uint64_t most) {
  const auto found = counts.find(key);
  return most != 0 && found != counts.end() && found->second >= most;
}

}  // namespace

bool admission::admit(std::uint32_t listener, std::uint64_t listener_limit,
                      const tcp_address& remote) {
  // A unix socket has no address, nor a port.
  const bool by_address = most_.per_address != 0 && remote.port() != 0;
  const auto from = by_address ? origin_of(remote) : origin{};
  const std::scoped_lock lock(mutex_);
  if ((most_.connections != 0 && connections_ >= most_.connections) ||
      is_full(of_listener_, listener, listener_limit) ||
      (by_address && is_full(of_origin_, from, most_.per_address))) {
    return false;
  }
  ++connections_;
  ++of_listener_[listener];
  if (by_address) {
    ++of_origin_[from];
  }
  return true;
}

void admission::enter() {
  const std::scoped_lock lock(mutex_);
  ++connections_;
}

void admission::leave(std::uint32_t listener, const tcp_address& remote) {
  const std::scoped_lock lock(mutex_);
  --connections_;
  if (listener == 0) {
    return;
  }
  decrease(of_listener_, listener);
  if (most_.per_address != 0 && remote.port() != 0) {
    decrease(of_origin_, origin_of(remote));
  }
}

std::uint64_t admission::connections() const {
  const std::scoped_lock lock(mutex_);
  return connections_;
}

admission::origin admission::origin_of(const tcp_address& remote) {
  namespace ip = boost::asio::ip;
  const auto address = remote.address();
  if (address.is_v4()) {
    return ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
  }
  auto bytes = address.to_v6().to_bytes();
  if (!address.to_v6().is_v4_mapped()) {
    std::fill(bytes.begin() + network_bytes, bytes.end(), static_cast<unsigned char>(0));
  }
  return bytes;
}

}  // namespace millrace::engine
