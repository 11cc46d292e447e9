// The load: a client that sends numbered messages to an echo server and checks every reply. One thread.

#include <cstdio>
#include <exception>

#include "idle.hpp"
#include "load_run.hpp"
#include "report.hpp"

int main(int count, char** arguments) {
  const auto chosen = load::parse_options(count, arguments);
  if (!chosen)
    return 2;
  try {
    load::raise_descriptor_limit();
    if (chosen->idle > 0) {
      load::hold_idle_connections(*chosen);
      return 0;
    }
    load::load_run run(*chosen);
    run.run();
    load::print_report(*chosen, run.times(), run.counts());
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "millrace_load: %s\n", failure.what());
    return 1;
  }
}
