#pragma once

#include "actors/vocabulary/secret.hpp"
#include "cli/commands.hpp"
#include "cli/database.hpp"
#include "storage/administration.hpp"

namespace foyer::cli {

/// What the commands that write need: the database, brought to this version, and the secret that links are
/// made of.
struct tools {
  cli::database database;
  server_secret secret;
};
outcome<tools> open_tools(const config::settings& settings);

/// Checks what was typed, and hashes the password that standard input has where one is announced. The refusal
/// is a sentence for the operator.
outcome<storage::new_staff> read_staff(const staff_options& options, const config::settings& settings,
                                       const std::string& organisation_name);

/// Says on standard output what became of the account.
void tell_staff(const storage::new_staff& who, storage::staff_account became);

} // namespace foyer::cli
