#include "cli/database.hpp"

#include "cli/commands.hpp"

#include <cstdio>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace foyer::cli {
namespace {

// A database of its own would make it; the secret and the checkpoints lie there in any case.
outcome<done> make_data_folder(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code failed;
  const bool made = fs::create_directories(folder, failed);
  // As root, user postgres has to pass through once the database is here after all.
  const auto passing = ::geteuid() == 0 ? fs::perms::group_exec | fs::perms::others_exec : fs::perms::none;
  if (made) fs::permissions(folder, fs::perms::owner_all | passing, failed);
  if (failed)
    return refusal{errc::unavailable, "the data folder " + folder.string() +
                                          " cannot be made: " + failed.message() + "; use --data"};
  return done{};
}

} // namespace

outcome<database> open_database(const config::settings& settings, bool serving,
                                std::function<void(const std::string&)> report) {
  if (!settings.database.url.empty()) {
    if (serving)
      if (auto made = make_data_folder(settings.data_dir()); !made) return made.error();
    return database{nullptr, settings.database.url};
  }
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
