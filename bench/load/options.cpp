#include "options.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <string_view>

#include "message.hpp"

namespace load {
namespace {

using setter = bool (*)(options&, std::string_view);

template <auto Member>
bool number(options& target, std::string_view text) {
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, target.*Member);
  return failure == std::errc{} && stop == end && target.*Member >= 0;
}

struct option {
  std::string_view name;
  setter set;
};

constexpr std::array table{
    option{"--port", number<&options::port>},
    option{"--connections", number<&options::connections>},
    option{"--window", number<&options::window>},
    option{"--size", number<&options::size>},
    option{"--seconds", number<&options::seconds>},
    option{"--warmup", number<&options::warmup>},
    option{"--messages", number<&options::messages>},
    option{"--rate", number<&options::rate>},
    option{"--idle", number<&options::idle>},
    option{"--server-pid", number<&options::server_pid>},
};

setter find(std::string_view name) {
  for (const option& each : table) {
    if (each.name == name)
      return each.set;
  }
  return nullptr;
}

std::optional<options> fail(const char* text, std::string_view detail = "") {
  std::fprintf(stderr, "millrace_load: %s%.*s\n", text, static_cast<int>(detail.size()),
               detail.data());
  return std::nullopt;
}

std::optional<options> check(options given) {
  if (given.port == 0)
    return fail("--port is missing");
  if (given.connections == 0 || given.window == 0)
    return fail("--connections and --window begin at 1");
  if (given.size < message_format::tag_bytes || given.size > message_format::max_size)
    return fail("--size lies between 12 and 16777216 bytes");
  if (given.messages != 0)
    given.warmup = 0;
  return given;
}

}  // namespace

std::optional<options> parse_options(int count, char** arguments) {
  options result;
  for (int index = 1; index < count; ++index) {
    const std::string_view name = arguments[index];
    if (name == "--spin") {
      result.spin = true;
      continue;
    }
    const setter set = find(name);
    if (set == nullptr)
      return fail("unknown option ", name);
    if (++index == count || !set(result, arguments[index]))
      return fail("a number has to follow ", name);
  }
  return check(result);
}

}  // namespace load
