#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace millrace::testing {

// A folder that nobody else has, removed with all that is in it.
class fresh_folder {
 public:
  fresh_folder() {
    auto name = (std::filesystem::temp_directory_path() / "millrace-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  fresh_folder(const fresh_folder&) = delete;
  fresh_folder& operator=(const fresh_folder&) = delete;
  ~fresh_folder() { std::filesystem::remove_all(path_); }

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::string path_;
};

}  // namespace millrace::testing
