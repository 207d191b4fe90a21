#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace foyer::storage {

/// The user as which PostgreSQL's programs run. PostgreSQL refuses to run as root.
struct run_as {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;
};

/// Starts a program in a session of its own, so that a terminal's Ctrl-C reaches only this process, with
/// standard output and error appended to `output`. Returns its pid, or 0 when it could not be started. Safe
/// in a process with threads.
pid_t start_child(const std::vector<std::string>& arguments, const run_as& user,
                  const std::filesystem::path& folder, int output_fd);

/// Runs a program to its end. Returns its exit status (128 + signal, 127 when it could not be started); what
/// it wrote goes into `output`.
int run_child(const std::vector<std::string>& arguments, const run_as& user, std::string& output);

/// The first folder on the way to this one that the user may not enter, if there is one.
std::optional<std::filesystem::path> unreachable(const std::filesystem::path& folder, const run_as& user);

/// The words of a process's command line, each ended by a zero byte; empty for a zombie and for nobody. Open
/// to all users, which its working folder is not in a container without CAP_SYS_PTRACE.
std::string command_line(pid_t pid);

/// Every process whose command line begins so.
std::vector<pid_t> processes_named(std::string_view beginning);

} // namespace foyer::storage
