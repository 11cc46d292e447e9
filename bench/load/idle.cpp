#include "idle.hpp"

#include <unistd.h>

#include <cstdio>
#include <vector>

#include "descriptor.hpp"

namespace load {

void hold_idle_connections(const options& chosen) {
  std::vector<descriptor> connections;
  connections.reserve(chosen.idle);
  for (std::uint32_t index = 0; index < chosen.idle; ++index)
    connections.push_back(connect_to(chosen.port, index));
  std::puts("ready");
  std::fflush(stdout);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

}  // namespace load
