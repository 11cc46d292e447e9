#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace load {

// Times in nanoseconds, each kept to 1 part in 128: below 128 every value has a bucket, above it every power of two
// has 128.
class histogram {
 public:
  histogram() : buckets_(bucket_of(max_value) + 1) {}

  void add(std::int64_t nanoseconds) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(0, nanoseconds));
    ++buckets_[bucket_of(std::min(value, max_value))];
    ++count_;
    max_ = std::max(max_, value);
  }

  // The value that `share` of all lie at or below, to the upper end of its bucket.
  std::uint64_t percentile(double share) const {
    const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t index = 0; index < buckets_.size(); ++index) {
      seen += buckets_[index];
      if (seen >= rank && seen > 0)
        return std::min(last_value(index), max_);
    }
    return max_;
  }

  std::uint64_t max() const { return max_; }

 private:
  static constexpr unsigned bits = 7;
  static constexpr std::uint64_t max_value = std::uint64_t{1} << 40;

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < (1U << bits))
      return value;
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - bits;
    return (std::size_t{shift} << bits) + (value >> shift);
  }

  static std::uint64_t last_value(std::size_t bucket) {
    if (bucket < (2U << bits))
      return bucket;
    const std::size_t shift = (bucket >> bits) - 1;
    const std::uint64_t top = bucket - (shift << bits);
    return ((top + 1) << shift) - 1;
  }

  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace load
