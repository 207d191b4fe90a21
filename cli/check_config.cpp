#include "cli/commands.hpp"
#include "config/print.hpp"

#include <cstdio>

namespace foyer::cli {

int run_check_config(const check_config_options& options, const config::loaded& configuration) {
  if (options.reference) {
    std::fputs(config::reference().c_str(), stdout);
    return exit_done;
  }
  for (const auto& problem : configuration.problems)
    std::fprintf(stderr, "%s: %s\n", problem.where.c_str(), problem.message.c_str());
  if (!configuration.problems.empty()) return exit_misuse;
  std::fputs((options.json ? config::as_json(configuration) : config::as_toml(configuration)).c_str(),
             stdout);
  return exit_done;
}

} // namespace foyer::cli
