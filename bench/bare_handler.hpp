#pragma once

#include "bench/options.hpp"
#include "bench/process.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace foyer::bench {

// The reference of B3 (QUALITY.md): Beast on one thread that answers without looking at anything but the
// target, with the same bytes as the server.

// Such a handler in a process of its own. Everything throws failure.
class bare_reference {
public:
  // Records the server's answers to these targets and starts a handler that repeats them. `folder` is for its
  // files.
  bare_reference(const server_address& server, const std::vector<std::string>& targets,
                 const std::string& token, const std::filesystem::path& folder);

  const server_address& address() const noexcept { return address_; }
  pid_t process() const { return handler_->id(); }

private:
  server_address address_;
  std::unique_ptr<child_process> handler_;
};

// A target and the whole answer, head and body, that was recorded for it.
struct recorded_answer {
  std::string target;
  std::string bytes;
};

// A file with recorded answers, to hand them to the process of the handler.
void write_answers(const std::filesystem::path& file, const std::vector<recorded_answer>& answers);

// What that process does: serves on a free port of 127.0.0.1, which it prints as its first line, until it is
// terminated. Returns the exit status when it can't start.
inline constexpr std::string_view bare_handler_flag = "--bare-handler";
int run_bare_handler(const std::filesystem::path& file);

} // namespace foyer::bench
