#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace millrace::testing {

// A transcript that a failed check prints whole.
class lines : public std::vector<std::string> {
 public:
  using std::vector<std::string>::vector;

  friend std::ostream& operator<<(std::ostream& out, const lines& shown) {
    for (const auto& line : shown) {
      out << "\n    " << line;
    }
    return out;
  }
};

}  // namespace millrace::testing
