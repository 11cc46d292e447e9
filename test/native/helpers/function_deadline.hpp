#pragma once

#include <functional>
#include <utility>

#include "engine/deadlines.hpp"

namespace millrace::testing {

class function_deadline final : public engine::deadline {
 public:
  explicit function_deadline(std::function<void()> action) : action_(std::move(action)) {}
  void on_deadline() noexcept override { action_(); }

 private:
  std::function<void()> action_;
};

}  // namespace millrace::testing
