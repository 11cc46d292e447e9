#pragma once

#include "options.hpp"

namespace load {

void hold_idle_connections(const options& chosen);

}  // namespace load
