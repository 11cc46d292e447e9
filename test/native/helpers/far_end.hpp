#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/transport/descriptor.hpp"
#include "helpers/lines.hpp"

namespace millrace::testing {

// The other end of a connection: a plain BSD socket that knows nothing of the engine's way to read
// and write. It blocks nowhere: `pump` moves what can be moved now, and is called by the world.
class far_end {
 public:
  // A small receive buffer makes a far end that does not read felt soon; 0 leaves the system's.
  explicit far_end(const engine::tcp_address& to, int receive_buffer_bytes = 0);
  explicit far_end(engine::descriptor accepted) : socket_(std::move(accepted)) {}

  void write(std::string_view bytes) { unsent_.append(bytes); }
  void write_message(std::string_view payload);
  // Behind what is still to be written.
  void half_close() { half_close_wanted_ = true; }
  void close();
  void reset();

  void stop_reading() { reading_ = false; }
  void go_on_reading() { reading_ = true; }
  // At most so many bytes in each pump.
  void read_slowly(std::size_t bytes) { most_a_pump_ = bytes; }

  void pump();

  const std::string& received() const { return received_; }
  lines messages() const;
  bool has_sent_all() const { return unsent_.empty(); }
  // The engine's FIN was read.
  bool ended() const { return ended_; }
  // errno of a failed read, ECONNRESET above all; 0 if there was none.
  int failure() const { return failure_; }
  engine::tcp_address address() const { return engine::local_address(socket_.get()); }

 private:
  void pump_out();
  void pump_in();

  engine::descriptor socket_;
  std::string unsent_;
  std::string received_;
  std::size_t most_a_pump_ = 64 * 1024 * 1024;
  int failure_ = 0;
  bool reading_ = true;
  bool half_close_wanted_ = false;
  bool ended_ = false;
};

}  // namespace millrace::testing
