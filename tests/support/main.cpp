#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <pthread.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

// Whoever interrupts the tests wants nothing of them to stay: a private PostgreSQL is a session of its own,
// which the terminal's Ctrl-C does not reach.

namespace {

sigset_t interruptions() {
  sigset_t out;
  ::sigemptyset(&out);
  for (const int each : std::array{SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&out, each);
  return out;
}

std::vector<pid_t> children() {
  std::vector<pid_t> out;
  std::error_code failed;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", failed)) {
    std::ifstream in{task.path() / "children"};
    for (pid_t each = 0; in >> each;) out.push_back(each);
  }
  return out;
}

[[noreturn]] void end_with_children() {
  const auto wanted = interruptions();
  int got = SIGTERM;
  ::sigwait(&wanted, &got);
  // SIGINT is PostgreSQL's fast shutdown.
  const auto mine = children();
  for (const auto each : mine) ::kill(each, SIGINT);
  for (const auto each : mine) ::waitpid(each, nullptr, 0);
  ::_exit(128 + got);
}

void let_children_be_interrupted() {
  const auto all = interruptions();
  ::pthread_sigmask(SIG_UNBLOCK, &all, nullptr);
}

} // namespace

int main(int count, char** arguments) {
  const auto all = interruptions();
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  ::pthread_atfork(nullptr, nullptr, let_children_be_interrupted);
  std::thread{end_with_children}.detach();
  return Catch::Session().run(count, arguments);
}
