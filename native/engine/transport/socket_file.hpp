#pragma once

#include <sys/types.h>

#include <string>
#include <utility>

#include "engine/error.hpp"

namespace millrace::engine {

// The file of a listening unix socket. It is removed with its owner, which must still hold the
// socket open then: an inode that is in use cannot have become that of another file. A file that
// somebody else has put in its place stays.
class socket_file {
 public:
  socket_file() = default;  // of a socket that has none
  // Takes note of the file that bind(2) has just made.
  explicit socket_file(std::string path) noexcept;
  socket_file(socket_file&& other) noexcept
      : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}
  socket_file& operator=(socket_file&&) = delete;
  ~socket_file();

  // Gives it the permissions that the process's umask has taken from it.
  error_code widen(mode_t mode) const;

 private:
  std::string path_;  // empty when there is nothing to remove
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

// Takes a socket file away that nobody is bound to and that belongs to this user. False when the
// file is in use, is something else, or is somebody else's.
bool remove_stale_socket_file(const std::string& path);

}  // namespace millrace::engine
