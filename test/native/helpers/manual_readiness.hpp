#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <vector>

#include "engine/readiness.hpp"

namespace millrace::testing {

// A readiness whose clock stands still until the test moves it and whose descriptors are ready when
// the test says so.
class manual_readiness final : public engine::readiness {
 public:
  std::unique_ptr<engine::descriptor_watch> watch(int /*descriptor*/,
                                                  engine::ready_handler& handler) override {
    return watches_fail ? nullptr : std::make_unique<manual_watch>(watched_, handler);
  }
  engine::time_point now() noexcept override { return now_; }
  void wake_at(engine::time_point when) override { wakes.push_back(when); }
  void wake_soon() override { ++soon; }

  engine::time_point at(int ms) const { return start_ + std::chrono::milliseconds(ms); }
  void move_to(int ms) { now_ = at(ms); }
  void report_all() const {
    for (auto* const handler : watched_) {
      handler->on_ready(true, true);
    }
  }

  std::vector<engine::time_point> wakes;
  int soon = 0;
  bool watches_fail = false;

 private:
  using handlers = std::set<engine::ready_handler*>;

  struct manual_watch final : engine::descriptor_watch {
    manual_watch(handlers& all, engine::ready_handler& handler) : all_(all), handler_(handler) {
      all_.insert(&handler_);
    }
    ~manual_watch() override { all_.erase(&handler_); }
    void want(bool /*readable*/, bool /*writable*/) override {}

    handlers& all_;
    engine::ready_handler& handler_;
  };

  handlers watched_;
  engine::time_point start_{std::chrono::hours(1)};
  engine::time_point now_ = start_;
};

}  // namespace millrace::testing
