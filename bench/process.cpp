#include "bench/process.hpp"

#include "bench/failure.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace foyer::bench {

namespace {

using steady = std::chrono::steady_clock;

// How long a program may take to end after SIGTERM: the server drains and stops its PostgreSQL.
constexpr auto stop_limit = std::chrono::seconds{60};
constexpr int exec_failed = 127;
// How often the end of a command is looked for when it writes nothing.
constexpr int look_every_ms = 20;

// Forks and executes. What runs between fork and exec is async-signal-safe: the arguments are laid out
// before.
pid_t spawn(const std::vector<std::string>& arguments, int output, int errors) {
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) throw failure{"cannot start " + arguments[0] + ": " + std::strerror(errno)};
  if (child > 0) return child;
  // Ctrl-C of a terminal goes to its whole foreground group: what is measured has to outlive it, until it is
  // stopped and checked.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(exec_failed);
  const int null_device = open("/dev/null", O_RDONLY);
  dup2(null_device, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  execvp(argv[0], argv.data());
  const char* message = std::strerror(errno);
  [[maybe_unused]] auto written = write(STDERR_FILENO, message, std::strlen(message));
  _exit(exec_failed);
}

int status_of(int raw) {
  return WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
}

class pipe_pair {
public:
  pipe_pair() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0)
      throw failure{std::string{"cannot make a pipe: "} + std::strerror(errno)};
  }
  pipe_pair(const pipe_pair&) = delete;
  pipe_pair& operator=(const pipe_pair&) = delete;
  ~pipe_pair() {
    close(ends_[0]);
    close_writer();
  }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

private:
  std::array<int, 2> ends_{-1, -1};
};

} // namespace

child_process::child_process(const std::vector<std::string>& arguments, const std::filesystem::path& output) {
  const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) throw failure{"cannot write " + output.string() + ": " + std::strerror(errno)};
  id_ = spawn(arguments, file, file);
  close(file);
}

child_process::~child_process() {
  if (poll()) return;
  send_signal(SIGTERM);
  if (wait_for(stop_limit)) return;
  send_signal(SIGKILL);
  wait_for(stop_limit);
}

std::optional<int> child_process::poll() {
  if (status_) return status_;
  int raw = 0;
  if (waitpid(id_, &raw, WNOHANG) == id_) status_ = status_of(raw);
  return status_;
}

std::optional<int> child_process::wait_for(std::chrono::milliseconds limit) {
  // There is no portable wait with a deadline; a look every 20 ms costs nothing here.
  const auto until = steady::now() + limit;
  while (!poll() && steady::now() < until) std::this_thread::sleep_for(std::chrono::milliseconds{20});
  return poll();
}

void child_process::send_signal(int signal) {
  // After it was waited for, the id may belong to another process.
  if (!status_) kill(id_, signal);
}

command_outcome run_command(const std::vector<std::string>& arguments, std::chrono::seconds limit) {
  pipe_pair output;
  pipe_pair errors;
  const pid_t child = spawn(arguments, output.writer(), errors.writer());
  output.close_writer();
  errors.close_writer();
  command_outcome outcome;
  const auto until = steady::now() + limit;
  std::array<pollfd, 2> ends{{{output.reader(), POLLIN, 0}, {errors.reader(), POLLIN, 0}}};
  std::array<std::string*, 2> texts{&outcome.output, &outcome.errors};
  int open_ends = 2;
  int raw = 0;
  bool ended = false;
  // A server that the command left running may hold the pipes open, so its own end counts, not that of the
  // pipes.
  while (!ended || open_ends > 0) {
    if (steady::now() >= until) {
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
      throw failure{arguments[0] + " did not end within " + std::to_string(limit.count()) + " s"};
    }
    if (!ended) ended = waitpid(child, &raw, WNOHANG) == child;
    const int ready = ::poll(ends.data(), ends.size(), ended ? 0 : look_every_ms);
    if (ended && ready <= 0) break;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (ready <= 0 || ends[i].fd < 0 || ends[i].revents == 0) continue;
      std::array<char, 4096> buffer;
      const auto size = read(ends[i].fd, buffer.data(), buffer.size());
      if (size > 0) {
        texts[i]->append(buffer.data(), static_cast<std::size_t>(size));
      } else if (size == 0 || errno != EINTR) {
        ends[i].fd = -1;
        --open_ends;
      }
    }
  }
  outcome.status = status_of(raw);
  return outcome;
}

std::string tail_of(const std::filesystem::path& file, std::size_t bytes_max) {
  std::ifstream in{file, std::ios::binary | std::ios::ate};
  if (!in) return {};
  const auto size = static_cast<std::size_t>(in.tellg());
  const auto start = size > bytes_max ? size - bytes_max : 0;
  in.seekg(static_cast<std::streamoff>(start));
  std::string text(size - start, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (start > 0) text.erase(0, std::min(text.find('\n') + 1, text.size()));
  return text;
}

} // namespace foyer::bench
