// The reference in C++: an echo of length frames on Boost.Asio alone, as a careful author writes it for speed.
// One thread and an io_context that is told so; reads of at least 64 KiB; the replies to all frames of a read leave in
// one write, straight from the memory that they were received in, and the write is tried before the reactor is asked.

#include <algorithm>
#include <boost/asio.hpp>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::size_t header_bytes = 4;
constexpr std::size_t max_frame_bytes = header_bytes + (16 << 20);

std::size_t frame_size(const char* header) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(header);
  std::size_t length = 0;
  for (std::size_t index = 0; index < header_bytes; ++index)
    length = length << 8 | bytes[index];
  return header_bytes + length;
}

// One connection. Reading and writing take turns:
//
//   | whole frames, to be written | part of a frame | free |
//   0                         whole_              end_   capacity_
class session : public std::enable_shared_from_this<session> {
 public:
  explicit session(tcp::socket socket) : socket_(std::move(socket)) {
    socket_.set_option(tcp::no_delay(true));
    socket_.non_blocking(true);
  }

  // Not even memory that was never written to is free: malloc touches a page of each piece. So an idle connection has
  // none.
  void start() {
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code failure) {
      if (failure)
        return;
      self->reserve(read_bytes);
      self->read();
    });
  }

 private:
  void read() {
    const auto room = asio::buffer(buffer_.get() + end_, capacity_ - end_);
    socket_.async_read_some(room, [self = shared_from_this()](error_code failure, std::size_t n) {
      if (!failure)
        self->on_read(n);
    });
  }

  void on_read(std::size_t count) {
    end_ += count;
    if (!find_whole_frames())
      return;
    if (whole_ == 0)
      read();
    else
      write();
  }

  // False when a length is above the limit; the connection ends.
  bool find_whole_frames() {
    std::size_t next = 0;
    while (end_ - next >= header_bytes) {
      const std::size_t size = frame_size(buffer_.get() + next);
      if (size > max_frame_bytes)
        return false;
      if (size > end_ - next) {
        // Room for two: one read takes what another frame left over.
        if (next == 0 && size > capacity_)
          reserve(2 * size);
        break;
      }
      next += size;
    }
    whole_ = next;
    return true;
  }

  void reserve(std::size_t bytes) {
    auto larger = std::make_unique_for_overwrite<char[]>(bytes);
    std::copy_n(buffer_.get(), end_, larger.get());
    buffer_ = std::move(larger);
    capacity_ = bytes;
  }

  void write() {
    error_code failure;
    const std::size_t count = socket_.write_some(asio::buffer(buffer_.get(), whole_), failure);
    if (!failure && count == whole_)
      return on_written();
    if (failure && failure != asio::error::would_block)
      return;
    const auto rest = asio::buffer(buffer_.get() + count, whole_ - count);
    asio::async_write(socket_, rest,
                      [self = shared_from_this()](error_code ended, std::size_t /*count*/) {
                        if (!ended)
                          self->on_written();
                      });
  }

  void on_written() {
    end_ -= whole_;
    std::memmove(buffer_.get(), buffer_.get() + whole_, end_);
    whole_ = 0;
    read();
  }

  tcp::socket socket_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t whole_ = 0;
  std::size_t end_ = 0;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](error_code failure, tcp::socket socket) {
    if (!failure)
      std::make_shared<session>(std::move(socket))->start();
    accept(acceptor);
  });
}

}  // namespace

int main() {
  asio::io_context context(1);
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  std::printf("listening %u\n", static_cast<unsigned>(acceptor.local_endpoint().port()));
  std::fflush(stdout);
  accept(acceptor);

  asio::posix::stream_descriptor input(context, ::dup(STDIN_FILENO));
  input.async_wait(asio::posix::stream_descriptor::wait_read,
                   [&context](error_code) { context.stop(); });
  context.run();
}
