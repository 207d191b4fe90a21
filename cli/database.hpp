#pragma once

#include "actors/vocabulary/outcome.hpp"
#include "config/settings.hpp"
#include "storage/pg/embedded.hpp"

#include <memory>
#include <string>

namespace foyer::cli {

/// The database of the configuration: that of database.url, or the private PostgreSQL, which this object
/// keeps.
struct database {
  std::unique_ptr<storage::embedded_server> server; ///< null with database.url
  std::string url;                                  ///< for libpq
};

/// Starts or finds it. Blocking. `serving` is for `foyer serve` only (embedded_options has what it means).
/// What the server has to say goes to standard error unless `report` is given; the refusal is a sentence for
/// the operator.
outcome<database> open_database(const config::settings& settings, bool serving = false,
                                std::function<void(const std::string&)> report = {});

/// Prints `foyer: …` on standard error and returns the status of a failure.
int fail(const std::string& sentence);

} // namespace foyer::cli
