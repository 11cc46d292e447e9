#pragma once

#include <unistd.h>

#include <cstdint>
#include <utility>

namespace load {

class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int value) : value_(value) {}
  descriptor(descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~descriptor() {
    if (value_ >= 0)
      ::close(value_);
  }

  int get() const { return value_; }

 private:
  int value_ = -1;
};

// Connects to the server on loopback. Source addresses follow from the index: a single one has too few ports for tens
// of thousands of connections. Throws std::system_error.
descriptor connect_to(std::uint16_t port, std::uint32_t index);

// Lifts the limit on open descriptors as far as it may be.
void raise_descriptor_limit();

}  // namespace load
