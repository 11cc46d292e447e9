#pragma once

#include "load_run.hpp"

namespace load {

// One line of JSON: times in seconds, latencies in microseconds.
void print_report(const options& chosen, const recorder& times, const faults& counts);

}  // namespace load
