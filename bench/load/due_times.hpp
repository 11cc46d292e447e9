#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace load {

// When each message in flight was due, by number. A ring that doubles when more are in flight than it holds.
class due_times {
 public:
  std::int64_t operator[](std::uint64_t number) const { return ring_[number & mask()]; }

  // `first` is the oldest number that may still be asked for.
  void set(std::uint64_t first, std::uint64_t number, std::int64_t due) {
    if (number - first >= ring_.size())
      grow(first, number);
    ring_[number & mask()] = due;
  }

 private:
  std::size_t mask() const { return ring_.size() - 1; }

  void grow(std::uint64_t first, std::uint64_t end) {
    due_times larger;
    larger.ring_.resize(ring_.size() * 2);
    for (std::uint64_t number = first; number < end; ++number)
      larger.ring_[number & larger.mask()] = (*this)[number];
    ring_ = std::move(larger.ring_);
  }

  std::vector<std::int64_t> ring_ = std::vector<std::int64_t>(16);
};

}  // namespace load
