#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <unordered_set>
#include <utility>

#include "binding/uv_handles.hpp"

namespace millrace::binding {

class ending_with_environment;

// What belongs to one JavaScript environment (the main thread or a worker); there is no state
// beside it. When the environment ends, sockets go first, then loops, and it waits until libuv has
// closed every handle.
class environment {
 public:
  explicit environment(Napi::Env env);
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;
  ~environment() = default;

  // Its objects share it: their finalizers may run after the environment's own.
  static std::shared_ptr<environment> of(Napi::Env env) {
    return *env.GetInstanceData<std::shared_ptr<environment>>();
  }

  // Null where the runtime has no complete libuv.
  open_handles* handles() noexcept { return handles_.get(); }

  void add(ending_with_environment& object) { objects_.insert(&object); }
  void remove(ending_with_environment& object) { objects_.erase(&object); }

 private:
  static void on_cleanup(napi_async_cleanup_hook_handle hook, void* self);
  void end();

  std::unique_ptr<open_handles> handles_;
  std::unordered_set<ending_with_environment*> objects_;
};

// A native object that lets go of descriptors and handles before its environment ends; JavaScript's
// collector may come much later, or never.
class ending_with_environment {
 public:
  explicit ending_with_environment(std::shared_ptr<environment> home) : home_(std::move(home)) {
    home_->add(*this);
  }
  ending_with_environment(const ending_with_environment&) = delete;
  ending_with_environment& operator=(const ending_with_environment&) = delete;

  // Sockets end before the loops that they run on.
  enum class order : std::uint8_t { first, second };
  virtual order ends() const noexcept = 0;
  virtual void end() noexcept = 0;

 protected:
  ~ending_with_environment() { home_->remove(*this); }
  environment& home() noexcept { return *home_; }

 private:
  std::shared_ptr<environment> home_;
};

}  // namespace millrace::binding
