#include "engine/transport/batched_socket.hpp"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <numeric>

namespace millrace::engine {
namespace {

constexpr std::size_t gather_bytes =
    16 * 1024;                                  // from here on a copy costs more than a system call
constexpr std::size_t flush_bytes = 32 * 1024;  // later, and the peer waits for work it could do
constexpr std::size_t most_parts = 64;

iovec part(bytes_view bytes) noexcept {
  // sendmsg only reads; iovec has no const form.
  return {const_cast<std::byte*>(bytes.data()), bytes.size()};
}

iovec room_part(std::span<std::byte> room) noexcept { return {room.data(), room.size()}; }

bool is_temporary(int code) noexcept {
  return code == EAGAIN || code == EWOULDBLOCK || code == ENOBUFS || code == ENOMEM;
}

template <class Call>
ssize_t without_interruption(Call call) noexcept {
  ssize_t result = 0;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

ssize_t receive_parts(int descriptor, iovec* parts, std::size_t count) noexcept {
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  return without_interruption([&] { return ::recvmsg(descriptor, &message, MSG_DONTWAIT); });
}

ssize_t send_parts(int descriptor, iovec* parts, std::size_t count) noexcept {
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  return without_interruption(
      [&] { return ::sendmsg(descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL); });
}

std::size_t queue_length(int descriptor, unsigned long which) noexcept {
  int bytes = 0;
  return ::ioctl(descriptor, which, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

}  // namespace

batched_socket::received batched_socket::receive(std::span<std::byte> room,
                                                 std::size_t shared_bytes) noexcept {
  const auto shared = loop_.receive_buffer().first(shared_bytes);
  std::array<iovec, 2> parts{room_part(room), room_part(shared)};
  const auto skipped = room.empty() ? 1U : 0U;
  const auto count = receive_parts(native_handle(), parts.data() + skipped, parts.size() - skipped);
  received result;
  if (count < 0) {
    if (!is_temporary(errno)) {
      result.failure = last_system_error();
    }
    return result;
  }
  const auto bytes = static_cast<std::size_t>(count);
  result.direct = std::min(bytes, room.size());
  result.shared = shared.first(bytes - result.direct);
  result.exhausted = bytes < room.size() + shared.size();
  result.ended = bytes == 0;
  return result;
}

std::size_t batched_socket::queued_input() const noexcept {
  return queue_length(native_handle(), FIONREAD);
}

std::size_t batched_socket::queued_output() const noexcept {
  return queue_length(native_handle(), TIOCOUTQ);
}

error_code batched_socket::write(bytes_view head, chunks body) {
  const auto bytes =
      std::accumulate(body.begin(), body.end(), head.size(),
                      [](std::size_t sum, bytes_view chunk) { return sum + chunk.size(); });
  if (bytes >= gather_bytes && !blocked_ && body.size() + 2 <= most_parts) {
    return gather(head, body);
  }
  auto& batch = buffer();
  batch.append(head);
  for (const auto chunk : body) {
    batch.append(chunk);
  }
  return batch.size() >= flush_bytes && !blocked_ ? flush() : error_code{};
}

error_code batched_socket::gather(bytes_view head, chunks body) {
  std::array<bytes_view, most_parts> views{batch_.bytes(), head};
  std::copy(body.begin(), body.end(), views.begin() + 2);
  const auto count = body.size() + 2;
  std::array<iovec, most_parts> parts{};
  std::transform(views.begin(), views.begin() + count, parts.begin(), part);
  const auto sent = send_parts(native_handle(), parts.data(), count);
  if (sent < 0 && !is_temporary(errno)) {
    return last_system_error();
  }
  auto taken = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
  const auto of_batch = std::min(taken, batch_.size());
  batch_.consume(of_batch);
  taken -= of_batch;
  for (const auto view : std::span{views}.subspan(1, count - 1)) {
    const auto skipped = std::min(taken, view.size());
    taken -= skipped;
    if (skipped < view.size()) {
      append(view.subspan(skipped));
    }
  }
  blocked_ = !batch_.empty();
  release_if_empty();
  return {};
}

std::span<std::byte> batched_socket::prepare(std::size_t count) { return buffer().prepare(count); }

error_code batched_socket::commit(std::size_t count) {
  batch_.commit(count);
  return batch_.size() >= flush_bytes && !blocked_ ? flush() : error_code{};
}

error_code batched_socket::flush() noexcept {
  auto whole = part(batch_.bytes());
  const auto sent = send_parts(native_handle(), &whole, 1);
  if (sent < 0 && !is_temporary(errno)) {
    return last_system_error();
  }
  batch_.consume(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  blocked_ = !batch_.empty();
  release_if_empty();
  return {};
}

void batched_socket::drop_unsent() noexcept {
  batch_.clear();
  release_if_empty();
}

void batched_socket::shutdown_send() noexcept { ::shutdown(native_handle(), SHUT_WR); }

void batched_socket::close() noexcept {
  descriptor_.reset();
  drop_unsent();
}

byte_buffer& batched_socket::buffer() {
  if (batch_.capacity() == 0) {
    batch_ = loop_.buffers().take();
  }
  return batch_;
}

void batched_socket::release_if_empty() {
  if (batch_.empty() && batch_.capacity() != 0) {
    loop_.buffers().give_back(std::exchange(batch_, {}));
  }
}

}  // namespace millrace::engine
