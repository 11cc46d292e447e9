#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace millrace::engine {

// Bytes that wait to be written: appended behind, consumed in front. Its memory is never zeroed.
//
//   memory   |   consumed   |   bytes()   |   room   |
//            0              begin_        end_       capacity_
//
class byte_buffer {
 public:
  byte_buffer() = default;
  explicit byte_buffer(std::size_t capacity)
      : memory_(std::make_unique_for_overwrite<std::byte[]>(capacity)), capacity_(capacity) {}
  byte_buffer(byte_buffer&& other) noexcept { swap(other); }
  byte_buffer& operator=(byte_buffer&& other) noexcept {
    byte_buffer{std::move(other)}.swap(*this);
    return *this;
  }
  ~byte_buffer() = default;

  std::span<const std::byte> bytes() const noexcept { return {memory_.get() + begin_, size()}; }
  std::size_t size() const noexcept { return end_ - begin_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool empty() const noexcept { return begin_ == end_; }

  // Room for `count` bytes behind the others; what is written there counts after `commit`.
  std::span<std::byte> prepare(std::size_t count) {
    if (capacity_ - end_ < count) [[unlikely]] {
      make_room(count);
    }
    return {memory_.get() + end_, count};
  }

  void commit(std::size_t count) noexcept { end_ += count; }

  void append(std::span<const std::byte> bytes) {
    if (!bytes.empty()) {
      std::memcpy(prepare(bytes.size()).data(), bytes.data(), bytes.size());
      commit(bytes.size());
    }
  }

  void consume(std::size_t count) noexcept {
    begin_ += count;
    if (begin_ == end_) {
      clear();
    }
  }

  void clear() noexcept { begin_ = end_ = 0; }

 private:
  void make_room(std::size_t count);
  void swap(byte_buffer& other) noexcept;

  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

// Lends write buffers to the connections of one thread that have something to write, so that an
// idle connection owns none.
class buffer_pool {
 public:
  byte_buffer take();
  void give_back(byte_buffer buffer);

 private:
  std::vector<byte_buffer> spare_;
};

}  // namespace millrace::engine
