#include "cli/database.hpp"

#include "cli/commands.hpp"

#include <cstdio>

namespace foyer::cli {

outcome<database> open_database(const config::settings& settings, bool serving,
                                std::function<void(const std::string&)> report) {
  if (!settings.database.url.empty()) return database{nullptr, settings.database.url};
  storage::embedded_options options;
  options.data_dir = settings.data_dir();
  options.shared_buffers_mib = settings.database.shared_buffers_mib;
  options.start_deadline = settings.database.start_deadline;
  options.serving = serving;
  options.report = report ? std::move(report) : [](const std::string& line) {
    std::fprintf(stderr, "foyer: %s\n", line.c_str());
  };
  auto server = storage::create_embedded_server(options);
  if (!server) return server.error();
  auto url = (*server)->connection_string();
  return database{std::move(*server), std::move(url)};
}

int fail(const std::string& sentence) {
  std::fprintf(stderr, "foyer: %s\n", sentence.c_str());
  return exit_failure;
}

} // namespace foyer::cli
