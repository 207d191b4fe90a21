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
  std::string checkpoint; ///< a file; empty: the newest of ledger.checkpoint_dir
};
int run_ledger_verify(const ledger_verify_options& options, const config::settings& settings);

struct ledger_checkpoint_options {
  bool json = false;
};
int run_ledger_checkpoint(const ledger_checkpoint_options& options, const config::settings& settings);

/// Somebody who gets a role.
struct staff_options {
  std::string email;
  std::string first_name;
  std::string last_name;
  bool password_stdin = false; ///< the first line of standard input is the password of a new account
};

struct org_create_options {
  std::string slug;
  std::string name;
  std::string currency = "EUR";
  std::string locale = "fr";
  staff_options admin;
};
int run_org_create(const org_create_options& options, const config::settings& settings);

struct org_list_options {
  bool json = false;
};
int run_org_list(const org_list_options& options, const config::settings& settings);

struct staff_add_options {
  std::string organisation;
  std::string role;
  staff_options who;
};
int run_staff_add(const staff_add_options& options, const config::settings& settings);

struct import_options {
  std::string organisation;
  std::string file;
  bool dry_run = false;
  bool skip_errors = false;
};
/// Clients from a table (H10), as an upload does it. 0 as asked; 1 nothing was created, or a trial found
/// wrong lines; 2 the file can't be read.
int run_import(const import_options& options, const config::settings& settings);

struct export_options {
  std::string organisation;
  std::string folder;
};
/// Clients, wallets and orders as CSV, as the exports over HTTP.
int run_export(const export_options& options, const config::settings& settings);

} // namespace foyer::cli
