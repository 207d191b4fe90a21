#include "bench/progress.hpp"

#include <cstdio>
#include <unistd.h>

namespace foyer::bench {

progress::progress() : terminal_{isatty(STDERR_FILENO) == 1} {}

void progress::say(const std::string& text) {
  // Carriage return and "erase to the end of the line".
  std::fprintf(stderr, "%s%s\n", line_open_ ? "\r\x1b[K" : "", text.c_str());
  line_open_ = false;
}

void progress::live(const std::string& text) {
  if (!terminal_) return say(text);
  std::fprintf(stderr, "\r\x1b[K%s", text.c_str());
  std::fflush(stderr);
  line_open_ = true;
}

void progress::live(const std::string& what, const load_progress& now) {
  char text[160];
  const auto seconds = std::chrono::duration<double>(now.since_start).count();
  std::snprintf(text, sizeof text, "%-22s %5.1f s%s  %8.0f /s   p99 %7.2f ms   errors %llu", what.c_str(),
                seconds, now.warming_up ? " (warm-up)" : "", now.per_second,
                static_cast<double>(now.p99_ns) / 1e6, static_cast<unsigned long long>(now.failed));
  live(text);
}

} // namespace foyer::bench
