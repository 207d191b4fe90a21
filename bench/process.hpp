#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace foyer::bench {

// A program that runs beside this one. It gets SIGTERM when this process dies, so that none is left behind.
class child_process {
public:
  // Starts arguments[0] (searched in PATH unless it has a slash) with its output and errors going to one
  // file, standard input empty. Throws failure when it can't be started.
  child_process(const std::vector<std::string>& arguments, const std::filesystem::path& output);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  // Terminates it if it still runs, and waits.
  ~child_process();

  pid_t id() const noexcept { return id_; }
  // The exit status (128 + signal when killed by one), or nullopt while it runs.
  std::optional<int> poll();
  // nullopt: still running after `limit`.
  std::optional<int> wait_for(std::chrono::milliseconds limit);
  void send_signal(int signal);

private:
  pid_t id_ = -1;
  std::optional<int> status_;
};

struct command_outcome {
  int status = 0; // as of a shell: 128 + signal when killed by one
  std::string output;
  std::string errors;
};

// Runs a command to its end. Throws failure when it can't be started or takes longer than `limit`.
command_outcome run_command(const std::vector<std::string>& arguments, std::chrono::seconds limit);

// The last lines of a file, at most `bytes_max`; empty when there is none.
std::string tail_of(const std::filesystem::path& file, std::size_t bytes_max = 4000);

} // namespace foyer::bench
