#include "engine/transport/socket_file.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "engine/endpoint.hpp"
#include "engine/transport/descriptor.hpp"

namespace millrace::engine {
namespace {

constexpr mode_t permission_bits = 0777;

bool same_inode(const struct stat& one, dev_t device, ino_t inode) noexcept {
  return one.st_dev == device && one.st_ino == inode;
}

// A new file may have the inode number of one that was removed, but hardly its time too.
bool same_file(const struct stat& one, const struct stat& other) noexcept {
  return same_inode(one, other.st_dev, other.st_ino) &&
         one.st_mtim.tv_sec == other.st_mtim.tv_sec && one.st_mtim.tv_nsec == other.st_mtim.tv_nsec;
}

// A datagram socket cannot connect to a stream socket, and the kernel finds that out only after it
// has found one: EPROTOTYPE. So who is bound there, even before listen(2) or with a full queue, is
// noticed without being disturbed.
bool nobody_is_bound_to(const std::string& path) {
  const descriptor probe(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto address = unix_address(path);
  const auto bytes = static_cast<socklen_t>(address.size());
  return probe.get() >= 0 && ::connect(probe.get(), address.data(), bytes) != 0 &&
         errno == ECONNREFUSED;
}

std::string unused_name_beside(const std::string& path) {
  static std::atomic<unsigned> count{0};
  return path + ".stale-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
}

}  // namespace

socket_file::socket_file(std::string path) noexcept : path_(std::move(path)) {
  struct stat made {};
  if (::lstat(path_.c_str(), &made) == 0) {
    device_ = made.st_dev;
    inode_ = made.st_ino;
  }
}

socket_file::~socket_file() {
  struct stat there {};
  if (!path_.empty() && ::lstat(path_.c_str(), &there) == 0 && same_inode(there, device_, inode_)) {
    ::unlink(path_.c_str());
  }
}

// Through a descriptor of the file, so that a link put in its place leads nowhere.
error_code socket_file::widen(mode_t mode) const {
  const descriptor file(::open(path_.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat there {};
  if (file.get() < 0 || ::fstat(file.get(), &there) != 0) {
    return last_system_error();
  }
  if ((there.st_mode & permission_bits) == mode || !same_inode(there, device_, inode_)) {
    return {};
  }
  const auto link = "/proc/self/fd/" + std::to_string(file.get());
  return ::chmod(link.c_str(), mode) == 0 ? error_code{} : last_system_error();
}

// Two processes may find the same stale file: the slower one must not take away what the faster one
// has bound since. So it is renamed first, looked at under the name that nobody else knows, and put
// back, unless there is a new one by then, if it is not the file that was found stale.
bool remove_stale_socket_file(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    return errno == ENOENT;
  }
  if (!S_ISSOCK(found.st_mode) || found.st_uid != ::geteuid() || !nobody_is_bound_to(path)) {
    return false;
  }
  const auto aside = unused_name_beside(path);
  if (::rename(path.c_str(), aside.c_str()) != 0) {
    return errno == ENOENT;
  }
  struct stat taken {};
  const bool stale = ::lstat(aside.c_str(), &taken) == 0 && same_file(taken, found);
  if (!stale) {
    ::link(aside.c_str(), path.c_str());
  }
  ::unlink(aside.c_str());
  return stale;
}

}  // namespace millrace::engine
