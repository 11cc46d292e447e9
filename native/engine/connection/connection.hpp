#pragma once

#include <memory>
#include <tuple>

#include "engine/connection/assembly.hpp"
#include "engine/connection/peer.hpp"
#include "engine/deadlines.hpp"
#include "engine/io_loop.hpp"
#include "engine/readiness.hpp"

namespace millrace::engine {

// The data path of one peer over any Stream and any Framing.
//
//   open ---------- peer's FIN ----------> answering -- flushed ------------------> closed
//    |                                        |                                       ^
//    +-- end(), a fault of the peer --> flushing -- flushed --> discarding -- FIN ----+
//    +-- reset, destroy() ------------------------------------- or the deadline ------+
//
// Each turn does one step of reading and at most one flush; nothing here calls back into itself.
template <class Stream, class Framing>
class connection final : public peer,
                         private ready_handler,
                         private ready_work,
                         private unflushed,
                         private deadline {
 public:
  connection(io_loop& loop, connection_group& group,
             std::shared_ptr<const connection_options> options, const connection_identity& who,
             descriptor connected);

  bool start() override;
  send_result send(chunks payload) override;
  std::byte* begin_send(std::size_t bytes, std::size_t slack, send_result& result) override;
  send_result finish_send(std::size_t bytes) override;
  void flush() noexcept override;
  void end(error_code reason, std::uint32_t linger) override;
  void destroy(error_code reason) override;
  std::size_t header_bytes() const noexcept override {
    return std::tuple_size_v<typename Framing::header>;
  }
  tcp_address local_address() const noexcept override {
    return engine::local_address(stream_.native_handle());
  }

 private:
  enum class phase : std::uint8_t { open, answering, flushing, discarding, closed };

  void on_ready(bool readable, bool writable) noexcept override;
  void on_turn() noexcept override;
  void on_turn_end() noexcept override { flush(); }
  void on_deadline() noexcept override;
  void on_taken() override;

  // Reading (connection_read.hpp)
  void read();
  void finish_direct(std::size_t bytes);
  void decode(bytes_view input);
  void append(bytes_view part);
  void keep(bytes_view rest);
  byte_buffer take_kept();
  void drop_input();
  void note_input();
  void read_ended();
  void discard();

  // Writing and ending (connection_write.hpp)
  // An empty message of a framing without headers is taken, and puts nothing on the wire.
  static constexpr bool is_nothing(std::size_t payload_bytes) noexcept {
    return std::tuple_size_v<typename Framing::header> + payload_bytes == 0;
  }
  bool may_send() const noexcept;
  send_result check(std::size_t payload_bytes) noexcept;
  send_result sent(std::size_t payload_bytes, const error_code& failure);
  void write_failed(const error_code& failure) noexcept;
  void after_flush();
  void wait_for_writable();
  bool takes_output(time_point now) noexcept;
  bool sends_input(time_point now) noexcept;
  void watch_progress();
  void fault(error_code reason);
  void close(const end_reason& reason);

  void update_interest();
  void arm(std::uint32_t delay_ms);
  bool sending_phase() const noexcept { return phase_ <= phase::answering; }

  io_loop& loop_;
  Stream stream_;
  Framing framing_;
  assembly assembly_;
  byte_buffer undecoded_;
  std::size_t read_bytes_ = io_loop::receive_bytes;
  std::unique_ptr<descriptor_watch> watch_;
  time_point last_progress_{};
  time_point last_input_{};
  std::size_t queued_output_ = 0;  // in the kernel, when progress was looked at last
  error_code reason_;
  error_code write_failure_;
  phase phase_ = phase::open;
  bool peer_ended_ = false;  // its FIN was read
  bool readable_ = false;
  bool writable_ = false;
  bool reading_ = true;  // the interest that `watch_` has been told
  bool writing_ = false;
};

}  // namespace millrace::engine

#include "engine/connection/connection_read.hpp"
#include "engine/connection/connection_write.hpp"
