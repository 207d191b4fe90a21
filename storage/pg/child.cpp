#include "storage/pg/child.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace foyer::storage {

namespace {

/// Becomes the user for good. Bare system calls: the C library's functions of the same names talk to the
/// other threads of the process, which a fork does not have.
bool become(const run_as& user) {
  if (::geteuid() != 0 || user.uid == 0) return true;
  return ::syscall(SYS_setgroups, 0, nullptr) == 0 &&
         ::syscall(SYS_setresgid, user.gid, user.gid, user.gid) == 0 &&
         ::syscall(SYS_setresuid, user.uid, user.uid, user.uid) == 0;
}

/// What a child inherits of signals is put back; nothing here allocates or locks.
void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Waits for the end of a child and returns its exit status, 128 + signal for a killed one.
int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return 127;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

pid_t start_child(const std::vector<std::string>& arguments, const run_as& user,
                  const std::filesystem::path& folder, int output_fd) {
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  // PG* variables of the caller must not reach the server, and its messages are read by this program.
  static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  static char locale[] = "LC_ALL=C.UTF-8";
  char* environment[] = {path, locale, nullptr};
  const pid_t pid = ::fork();
  if (pid != 0) return std::max(pid, 0);
  ::setsid();
  reset_signals();
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, 0);
  ::dup2(output_fd, 1);
  ::dup2(output_fd, 2);
  ::syscall(SYS_close_range, 3U, ~0U, 0U);
  ::umask(077);
  if (become(user) && ::chdir(folder.c_str()) == 0) ::execve(argv[0], argv.data(), environment);
  ::_exit(127);
}

int run_child(const std::vector<std::string>& arguments, const run_as& user, std::string& output) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return 127;
  const pid_t pid = start_child(arguments, user, "/", ends[1]);
  ::close(ends[1]);
  char buffer[4096];
  for (ssize_t count = 0; pid != 0 && (count = ::read(ends[0], buffer, sizeof buffer)) != 0;) {
    if (count > 0) {
      output.append(buffer, static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      break;
    }
  }
  ::close(ends[0]);
  return pid == 0 ? 127 : wait_for(pid);
}

std::optional<std::filesystem::path> unreachable(const std::filesystem::path& folder, const run_as& user) {
  std::vector<std::filesystem::path> way;
  for (auto at = folder; at != at.root_path(); at = at.parent_path()) way.push_back(at);
  std::ranges::reverse(way);
  const pid_t pid = ::fork();
  if (pid < 0) return std::nullopt;
  if (pid == 0) {
    if (!become(user)) ::_exit(0);
    // An exit status has eight bits; a deeper folder is reported by its 254th ancestor.
    for (std::size_t i = 0; i < way.size(); ++i)
      if (::access(way[i].c_str(), X_OK) != 0) ::_exit(static_cast<int>(std::min<std::size_t>(i + 1, 254)));
    ::_exit(0);
  }
  const int status = wait_for(pid);
  if (status <= 0 || static_cast<std::size_t>(status) > way.size()) return std::nullopt;
  return way[static_cast<std::size_t>(status) - 1];
}

std::string command_line(pid_t pid) {
  std::ifstream in{"/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary};
  return std::string{std::istreambuf_iterator<char>{in}, {}};
}

std::vector<pid_t> processes_named(std::string_view beginning) {
  std::vector<pid_t> out;
  std::error_code ec;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ec)) {
    const auto name = entry.path().filename().string();
    if (!std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c); })) continue;
    const auto pid = static_cast<pid_t>(std::stol(name));
    if (command_line(pid).starts_with(beginning)) out.push_back(pid);
  }
  return out;
}

} // namespace foyer::storage
