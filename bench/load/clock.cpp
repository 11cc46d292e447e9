#include "clock.hpp"

#include <unistd.h>

#include <fstream>
#include <string>

namespace load {

// The first line: "cpu user nice system idle iowait irq softirq steal ...".
std::int64_t machine_cpu_ns() {
  std::ifstream file("/proc/stat");
  std::string name;
  file >> name;
  std::int64_t busy = 0;
  for (int column = 0; column < 8; ++column) {
    std::int64_t ticks = 0;
    file >> ticks;
    const bool idle = column == 3 || column == 4;
    busy += idle ? 0 : ticks;
  }
  return busy * (nanos_a_second / ::sysconf(_SC_CLK_TCK));
}

}  // namespace load
