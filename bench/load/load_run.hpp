#pragma once

#include <cstdint>
#include <vector>

#include "connection.hpp"
#include "frame_writer.hpp"
#include "options.hpp"
#include "poller.hpp"
#include "recorder.hpp"

namespace load {

// One load from the first message to the last reply: warm-up, measured interval, and a rest in which nothing new is
// sent and what is in flight comes home. Use: construct, run(), read the results.
class load_run {
 public:
  explicit load_run(const options& chosen);

  void run();

  const recorder& times() const { return times_; }
  const faults& counts() const { return counts_; }

 private:
  void serve(connection& which);
  void refill(connection& which);
  void issue_due(std::int64_t now);
  std::int64_t due_time(std::uint64_t number) const;
  std::int64_t timeout(std::int64_t now) const;
  std::int64_t next_boundary() const;
  void advance(std::int64_t now);
  bool finished(std::int64_t now) const;
  bool all_answered() const;
  void count_lost();

  bool open_loop() const { return options_.rate > 0; }

  const options options_;
  const message_format format_;
  frame_writer writer_;
  std::vector<connection> connections_;
  poller poller_;
  recorder times_;
  faults counts_;
  std::vector<char> buffer_;
  std::int64_t begin_ = 0;
  // Messages that may still be sent.
  std::uint64_t budget_;
  // The open loop's next message.
  std::uint64_t next_ = 0;
};

}  // namespace load
