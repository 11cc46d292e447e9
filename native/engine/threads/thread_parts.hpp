#pragma once

#include <memory>
#include <vector>

#include "engine/socket/socket_commons.hpp"
#include "engine/threads/io_pool.hpp"
#include "engine/threads/shard.hpp"

namespace millrace::engine {

// The parts of one threaded socket, one on each thread of the pool, as they see each other. Any
// thread. Each part holds the whole, so that it lives until the last one has ended.
class thread_parts final : public socket_commons, private socket_threads {
 public:
  static std::shared_ptr<thread_parts> make(io_pool& pool, application_bell& bell,
                                            const socket_options& given, wire::routing_id first_id);
  thread_parts(io_pool& pool, const socket_options& given, wire::routing_id first_id);

  const std::vector<std::shared_ptr<shard>>& all() const noexcept { return all_; }
  std::size_t least_loaded() const noexcept { return pool_.least_loaded(); }

 private:
  bool place(const connection_identity& who, const connection_options_ptr& how,
             descriptor& accepted) override;
  void cut(wire::routing_id who, error_code reason) override;
  void on_room_for_others() noexcept override;
  template <class Function>
  void tell_others(Function function) noexcept;

  io_pool& pool_;
  std::vector<std::shared_ptr<shard>> all_;
};

}  // namespace millrace::engine
