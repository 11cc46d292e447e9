#include "load_run.hpp"

#include <algorithm>
#include <limits>

namespace load {
namespace {

constexpr std::size_t receive_bytes = 128 * 1024;
// A server that says nothing for so long will not say more.
constexpr std::int64_t silence_ns = 5 * nanos_a_second;
constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

std::int64_t nanoseconds(double seconds) {
  return static_cast<std::int64_t>(seconds * static_cast<double>(nanos_a_second));
}

std::vector<connection> open_connections(const options& chosen, const message_format& format) {
  std::vector<connection> result;
  result.reserve(chosen.connections);
  for (std::uint32_t index = 0; index < chosen.connections; ++index)
    result.emplace_back(connect_to(chosen.port, index), index, format);
  return result;
}

}  // namespace

load_run::load_run(const options& chosen)
    : options_(chosen),
      format_(chosen.size),
      writer_(format_),
      connections_(open_connections(chosen, format_)),
      poller_(connections_, chosen.spin),
      times_(chosen.server_pid),
      buffer_(receive_bytes),
      budget_(chosen.messages == 0 ? unlimited : chosen.messages) {}

void load_run::run() {
  begin_ = now_ns();
  advance(begin_);
  for (connection& each : connections_)
    refill(each);
  std::int64_t now = begin_;
  do {
    for (const std::uint32_t index : poller_.wait(timeout(now)))
      serve(connections_[index]);
    now = now_ns();
    if (open_loop())
      issue_due(now);
    advance(now);
  } while (!finished(now));
  if (times_.began() && !times_.ended())
    times_.end(now);
  count_lost();
}

void load_run::serve(connection& which) {
  std::size_t received = 0;
  do {
    received = which.receive(buffer_, times_, counts_);
    refill(which);
  } while (received == buffer_.size());
}

// Also sends what a full socket had left over.
void load_run::refill(connection& which) {
  if (!open_loop() && which.open() && which.in_flight() < options_.window) {
    const std::uint64_t count = std::min(budget_, options_.window - which.in_flight());
    budget_ -= count;
    which.queue(count, now_ns());
  }
  which.flush(writer_, counts_);
}

void load_run::issue_due(std::int64_t now) {
  const std::uint64_t first = next_;
  const std::uint64_t count = connections_.size();
  for (; budget_ > 0 && due_time(next_) <= now; ++next_, --budget_)
    connections_[next_ % count].queue(1, due_time(next_));
  for (std::uint64_t number = first; number < std::min(next_, first + count); ++number)
    connections_[number % count].flush(writer_, counts_);
}

std::int64_t load_run::due_time(std::uint64_t number) const {
  return begin_ + nanoseconds(static_cast<double>(number) / options_.rate);
}

std::int64_t load_run::timeout(std::int64_t now) const {
  const std::int64_t boundary = std::min(next_boundary(), now + silence_ns);
  const bool more_due = open_loop() && budget_ > 0;
  return (more_due ? std::min(boundary, due_time(next_)) : boundary) - now;
}

std::int64_t load_run::next_boundary() const {
  if (!times_.began())
    return begin_ + nanoseconds(options_.warmup);
  if (times_.ended() || options_.messages != 0)
    return std::numeric_limits<std::int64_t>::max();
  return times_.begin_time() + nanoseconds(options_.seconds);
}

void load_run::advance(std::int64_t now) {
  if (!times_.began()) {
    if (now >= next_boundary())
      times_.begin(now);
  } else if (!times_.ended() && options_.messages == 0 && now >= next_boundary()) {
    times_.end(now);
    budget_ = 0;
  }
}

bool load_run::finished(std::int64_t now) const {
  if (budget_ == 0 && all_answered())
    return true;
  if (counts_.closed_connections == connections_.size())
    return true;
  return now - std::max(begin_, times_.last_reply()) > silence_ns;
}

bool load_run::all_answered() const {
  return std::all_of(connections_.begin(), connections_.end(),
                     [](const connection& each) { return each.in_flight() == 0 || !each.open(); });
}

void load_run::count_lost() {
  for (const connection& each : connections_)
    counts_.lost += each.unanswered();
}

}  // namespace load
