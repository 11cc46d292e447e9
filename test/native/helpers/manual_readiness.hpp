#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "engine/readiness.hpp"

namespace millrace::testing {

// A readiness whose clock stands still until the test moves it and whose descriptors are never
// ready by themselves.
class manual_readiness final : public engine::readiness {
 public:
  std::unique_ptr<engine::descriptor_watch> watch(int /*descriptor*/,
                                                  engine::ready_handler& /*handler*/) override {
    return watches_fail ? nullptr : std::make_unique<idle_watch>();
  }
  engine::time_point now() noexcept override { return now_; }
  void wake_at(engine::time_point when) override { wakes.push_back(when); }
  void wake_soon() override { ++soon; }

  engine::time_point at(int ms) const { return start_ + std::chrono::milliseconds(ms); }
  void move_to(int ms) { now_ = at(ms); }

  std::vector<engine::time_point> wakes;
  int soon = 0;
  bool watches_fail = false;

 private:
  struct idle_watch final : engine::descriptor_watch {
    void want(bool /*readable*/, bool /*writable*/) override {}
  };

  engine::time_point start_{std::chrono::hours(1)};
  engine::time_point now_ = start_;
};

}  // namespace millrace::testing
