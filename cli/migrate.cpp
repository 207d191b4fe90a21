#include "cli/commands.hpp"
#include "cli/database.hpp"
#include "storage/migrations.hpp"

#include <cstdio>

namespace foyer::cli {

int run_migrate(const migrate_options& options, const config::settings& settings) {
  const auto database = open_database(settings);
  if (!database) return fail(database.error().detail);
  const auto steps = storage::migrate(database->url, options.dry_run);
  if (!steps) return fail(steps.error().detail);
  if (options.json) {
    std::string names;
    for (const auto& step : *steps) names += (names.empty() ? "\"" : ",\"") + step + "\"";
    std::printf("{\"dry_run\":%s,\"steps\":[%s]}\n", options.dry_run ? "true" : "false", names.c_str());
    return exit_done;
  }
  if (steps->empty()) std::puts("the database is up to date");
  for (const auto& step : *steps)
    std::printf("%s %s\n", options.dry_run ? "would apply" : "applied", step.c_str());
  return exit_done;
}

} // namespace foyer::cli
