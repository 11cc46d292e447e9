#include "report.hpp"

#include <cinttypes>
#include <cstdio>

namespace load {
namespace {

double micros(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1000; }

void print_latencies(const histogram& times) {
  std::printf(R"("p50":%.2f,"p99":%.2f,"p99_9":%.2f,"p99_99":%.2f,"max":%.2f,)",
              micros(times.percentile(0.5)), micros(times.percentile(0.99)),
              micros(times.percentile(0.999)), micros(times.percentile(0.9999)),
              micros(times.max()));
}

void print_faults(const faults& counts) {
  std::printf(R"("wrong":%)" PRIu64 R"(,"lost":%)" PRIu64 R"(,"duplicated":%)" PRIu64, counts.wrong,
              counts.lost, counts.duplicated);
  std::printf(R"(,"reordered":%)" PRIu64 R"(,"closed_connections":%)" PRIu64 ",", counts.reordered,
              counts.closed_connections);
}

}  // namespace

void print_report(const options& chosen, const recorder& times, const faults& counts) {
  const double seconds = times.began() ? times.seconds() : 0;
  const auto messages = static_cast<double>(times.measured());
  std::printf(R"({"messages":%)" PRIu64 R"(,"bytes":%.0f,"seconds":%.6f,"rate":%.1f,)",
              times.measured(), messages * static_cast<double>(chosen.size), seconds,
              seconds > 0 ? messages / seconds : 0);
  print_latencies(times.latencies());
  print_faults(counts);
  std::printf(R"("checked":%)" PRIu64 R"(,"client_cpu_seconds":%.6f,)", times.replies(),
              times.client_cpu_seconds());
  std::printf(R"("server_cpu_seconds":%.6f,"machine_cpu_seconds":%.6f})",
              times.server_cpu_seconds(), times.machine_cpu_seconds());
  std::printf("\n");
}

}  // namespace load
