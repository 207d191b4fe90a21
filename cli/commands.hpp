#pragma once

#include "config/load.hpp"

namespace foyer::cli {

/// Exit statuses of every command.
inline constexpr int exit_done = 0;
inline constexpr int exit_failure = 1;
inline constexpr int exit_misuse = 2; ///< of the command line or in the configuration

struct check_config_options {
  bool json = false;
  bool reference = false; ///< print every key with its default and what it means instead
};
/// The only command that gets its configuration with the mistakes in it.
int run_check_config(const check_config_options& options, const config::loaded& configuration);

/// Runs the server until SIGTERM or SIGINT: the first drains, the second stops at once.
struct serve_options {};
int run_serve(const serve_options& options, const config::settings& settings);

struct migrate_options {
  bool dry_run = false;
  bool json = false;
};
int run_migrate(const migrate_options& options, const config::settings& settings);

struct audit_options {
  bool json = false;
};
/// 0 clean, 1 violations, 3 could not check.
int run_audit(const audit_options& options, const config::settings& settings);

struct ledger_verify_options {
  bool json = false;
};
int run_ledger_verify(const ledger_verify_options& options, const config::settings& settings);

} // namespace foyer::cli
