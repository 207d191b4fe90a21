#include "bench/bare_handler.hpp"
#include "bench/compare.hpp"
#include "bench/failure.hpp"
#include "bench/options.hpp"
#include "bench/report.hpp"
#include "bench/report_html.hpp"
#include "bench/run.hpp"
#include "bench/rush_plot.hpp"

#include <cerrno>
#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

namespace {

constexpr int exit_failure = 1;

std::atomic<bool> stop_wanted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set by a signal handler");

// A crowd needs a descriptor for each of its connections, here and in the server, which inherits the limit.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void save(const std::string& path, const std::string& text) {
  std::ofstream file{path};
  file << text;
  if (!file.flush()) throw foyer::bench::failure{"cannot write " + path};
}

} // namespace

int main(int argc, char** argv) {
  using namespace foyer::bench;
  // Not for users: this program starts itself so as the reference of `read`.
  if (argc == 3 && argv[1] == bare_handler_flag) return run_bare_handler(argv[2]);
  if (argc >= 2 && std::string_view{argv[1]} == "compare") return run_compare(argc - 2, argv + 2);
  const auto arguments = parse_command_line(argc, argv);
  if (!arguments.parsed) return arguments.exit_status;
  // The handler only takes note: what was started has to be stopped, and the temporary data removed.
  struct sigaction action {};
  action.sa_handler = [](int) {
    constexpr std::string_view text = "\nstopping: what was measured will be checked and reported\n";
    const int before = errno;
    if (!stop_wanted.exchange(true)) {
      [[maybe_unused]] const auto written = write(STDERR_FILENO, text.data(), text.size());
    }
    errno = before;
  };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  raise_descriptor_limit();
  try {
    const auto& wanted = *arguments.parsed;
    const auto results = run(wanted, stop_wanted);
    print_table(std::cout, results);
    if (!wanted.json_file.empty()) save(wanted.json_file, to_json(results));
    if (!wanted.plot_file.empty()) save(wanted.plot_file, rush_plot(results));
    if (!wanted.html_file.empty()) save(wanted.html_file, to_html(results));
    return results.problems.empty() ? 0 : exit_failure;
  } catch (const std::exception& error) {
    std::cerr << "\nfoyer-bench: " << error.what() << '\n';
    return exit_failure;
  }
}
