#pragma once

#include "config/settings.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foyer::config {

/// Where the configuration comes from; later ones win: defaults, file, environment, flags.
struct sources {
  std::optional<std::filesystem::path> file;
  std::vector<std::pair<std::string, std::string>>
      environment; ///< all variables; others than FOYER_*__* are ignored
  std::vector<std::pair<std::string, std::string>> flags; ///< `section.key` and value
};

/// One mistake: where (`foyer.toml:12`, `environment FOYER_LOG__LEVEL`, `flag server.listen`) and what.
struct problem {
  std::string where;
  std::string message;
  std::uint32_t line = 0; ///< of the file, 0 for others
};

/// The settings, complete only when there are no problems. All problems of all sources are reported.
struct loaded {
  settings value;
  std::vector<problem> problems;
  std::map<std::string, std::string, std::less<>> origins; ///< where each key that is not default was set
};

/// Reads and checks. Blocking file access; throws nothing but std::bad_alloc.
loaded load(const sources& from);

/// The process's own environment, as load() takes it.
std::vector<std::pair<std::string, std::string>> process_environment();

} // namespace foyer::config
