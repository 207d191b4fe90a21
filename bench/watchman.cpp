#include "bench/watchman.hpp"

#include "bench/failure.hpp"
#include "storage/pg/embedded.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace foyer::bench {

namespace {

namespace fs = std::filesystem;
using steady = std::chrono::steady_clock;

// The server, which ends with us, drains and writes its journal out first.
constexpr auto stop_limit = std::chrono::seconds{90};
constexpr auto look_every = std::chrono::milliseconds{100};

// One byte: all is well. The end of the pipe: nobody is there any more.
bool was_well(int life) {
  char byte = 0;
  ssize_t got = 0;
  do got = read(life, &byte, 1);
  while (got < 0 && errno == EINTR);
  return got == 1;
}

// Whoever uses the cluster last stops it: this process, or the server that still drains.
void clear_up(const fs::path& folder, bool keep) {
  const auto data = folder / "data";
  const auto running = data / "postgresql" / "postmaster.pid";
  std::error_code ignored;
  if (fs::exists(running, ignored)) {
    storage::embedded_options options;
    options.data_dir = data;
    if (auto server = storage::create_embedded_server(options)) (*server)->stop();
  }
  const auto until = steady::now() + stop_limit;
  while (fs::exists(running, ignored) && steady::now() < until) std::this_thread::sleep_for(look_every);
  if (!keep) fs::remove_all(folder, ignored);
}

[[noreturn]] void watch(int life, const fs::path& folder, bool keep) {
  setsid(); // Ctrl-C is for the run
  const int nothing = open("/dev/null", O_RDWR);
  for (const int each : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing, each);
  if (!was_well(life)) clear_up(folder, keep);
  _exit(0);
}

} // namespace

watchman::watchman(const fs::path& folder, bool keep) {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw failure{std::string{"cannot make a pipe: "} + std::strerror(errno)};
  id_ = fork();
  if (id_ == 0) {
    close(ends[1]);
    watch(ends[0], folder, keep);
  }
  close(ends[0]);
  life_ = ends[1];
  if (id_ > 0) return;
  close(life_);
  throw failure{std::string{"cannot start a watchman: "} + std::strerror(errno)};
}

watchman::~watchman() {
  constexpr char well = 1;
  [[maybe_unused]] const auto written = write(life_, &well, 1);
  close(life_);
  while (waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

} // namespace foyer::bench
