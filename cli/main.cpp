#include "cli/commands.hpp"
#include "config/misuse.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <functional>

using namespace foyer;

namespace {

/// What every command takes, and the command that was chosen.
struct command_line {
  std::string config;
  std::vector<std::pair<std::string, std::string>> flags; ///< `section.key` and value
  std::function<int(const config::loaded&)> run;

  /// A flag that stands for a key of the configuration.
  void key_flag(CLI::App& command, const std::string& flag, const std::string& key, const std::string& help) {
    command.add_option_function<std::string>(
        flag, [this, key](const std::string& value) { flags.emplace_back(key, value); }, help);
  }

  /// Adds a command that runs with a checked configuration.
  CLI::App& add(CLI::App& parent, const std::string& name, const std::string& help) {
    auto& command = *parent.add_subcommand(name, help);
    command.add_option("--config", config, "configuration file (TOML)")->type_name("FILE");
    key_flag(command, "--data", "data.dir", "data folder");
    command
        .add_option_function<std::vector<std::string>>(
            "--set",
            [this](const std::vector<std::string>& settings) {
              for (const auto& setting : settings) {
                const auto equals = setting.find('=');
                if (equals == std::string::npos)
                  throw CLI::ValidationError("--set", "needs SECTION.KEY=VALUE");
                flags.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
              }
            },
            "any key of the configuration, as SECTION.KEY=VALUE (all: foyer check-config --reference)")
        ->type_size(1)
        ->allow_extra_args(false);
    return command;
  }

  /// What the command does once all of the line is read, unless the configuration has mistakes.
  template <class Run>
  void then(CLI::App& command, Run what) {
    command.callback([this, what] {
      run = [what](const config::loaded& configuration) {
        for (const auto& problem : configuration.problems)
          std::fprintf(stderr, "%s: %s\n", problem.where.c_str(), problem.message.c_str());
        return configuration.problems.empty() ? what(configuration.value) : cli::exit_misuse;
      };
    });
  }
};

void add_check_config(CLI::App& app, command_line& line, cli::check_config_options& options) {
  auto& command = line.add(app, "check-config", "print the effective configuration, or every mistake in it");
  command.add_flag("--json", options.json, "print as JSON");
  command.add_flag("--reference", options.reference, "print every key with its default and what it means");
  command.callback([&] {
    line.run = [&options](const config::loaded& found) { return cli::run_check_config(options, found); };
  });
}

void add_serve(CLI::App& app, command_line& line, cli::serve_options& options) {
  auto& command = line.add(app, "serve", "run the server");
  line.key_flag(command, "--listen", "server.listen", "address and port to listen on (HOST:PORT)");
  command.add_flag_callback(
      "--demo", [&line] { line.flags.emplace_back("data.demo", "true"); },
      "with the demonstration organisation");
  line.then(command, [&options](const config::settings& s) { return cli::run_serve(options, s); });
}

void add_migrate(CLI::App& app, command_line& line, cli::migrate_options& options) {
  auto& command = line.add(app, "migrate", "bring the database to this version");
  command.add_flag("--dry-run", options.dry_run, "only print what would be done");
  command.add_flag("--json", options.json, "print as JSON");
  line.then(command, [&options](const config::settings& s) { return cli::run_migrate(options, s); });
}

void add_audit(CLI::App& app, command_line& line, cli::audit_options& options) {
  auto& command = line.add(app, "audit", "check that money, places and tickets agree with each other");
  command.add_flag("--json", options.json, "print as JSON");
  command.footer(
      "Looks at one snapshot of the database, while the server runs or without it. Prints each violation on "
      "a line.\n"
      "  1  every entry names its counter-account; entries and wallets have the same sum in each "
      "organisation\n"
      "  2  a balance is the sum of its entries, what is held the sum of open holds\n"
      "  3  a paid order is paid in full; a wallet payment has exactly one purchase entry, and the reverse\n"
      "  4  places never exceed the capacity; paid orders have their tickets and benefits\n"
      "  5  hash chains are unbroken, end in the wallets' heads, and hold what the newest checkpoint signed\n"
      "     (foyer ledger verify)\n"
      "  6  while a server runs: no unpaid order outlives its expiry, no mail its claim, by more than 60 s\n"
      "  7  no buyer below zero, no staff below the floor\n"
      "  8  no row refers to another organisation's\n"
      "  9  invoices and credit notes are numbered without a gap in each organisation and year\n"
      "Exit status: 0 clean, 1 violations, 3 could not check.");
  line.then(command, [&options](const config::settings& s) { return cli::run_audit(options, s); });
}

void add_ledger(CLI::App& app, command_line& line, cli::ledger_verify_options& options,
                cli::ledger_checkpoint_options& sign) {
  auto& ledger = *app.add_subcommand("ledger", "the wallets' ledger");
  ledger.require_subcommand(1);
  auto& verify =
      line.add(ledger, "verify", "walk every wallet's hash chain and name the first broken entry of each");
  verify.add_flag("--json", options.json, "print as JSON");
  verify
      .add_option("--checkpoint", options.checkpoint,
                  "compare with this file, kept elsewhere; without, with the newest of ledger.checkpoint_dir")
      ->type_name("FILE");
  verify.footer("Exit status: 0 unbroken, 1 broken or could not look.");
  line.then(verify, [&options](const config::settings& s) { return cli::run_ledger_verify(options, s); });
  auto& checkpoint =
      line.add(ledger, "checkpoint", "sign where every chain is now, into a file to be kept elsewhere");
  checkpoint.add_flag("--json", sign.json, "print as JSON");
  checkpoint.footer(
      "The server does this once a day. Nothing is signed when the ledger lost what the newest file has.\n"
      "Exit status: 0 written, 1 not.");
  line.then(checkpoint, [&sign](const config::settings& s) { return cli::run_ledger_checkpoint(sign, s); });
}

void add_person(CLI::App& command, cli::staff_options& options) {
  command.add_option("--first-name", options.first_name, "of a new account")->type_name("NAME");
  command.add_option("--last-name", options.last_name, "of a new account")->type_name("NAME");
  command.add_flag(
      "--password-stdin", options.password_stdin,
      "read the password of a new account from standard input; without, its owner gets a mail with a link");
}

void add_org(CLI::App& app, command_line& line, cli::org_create_options& create,
             cli::org_list_options& list) {
  auto& org = *app.add_subcommand("org", "organisations");
  org.require_subcommand(1);
  auto& creating =
      line.add(org, "create", "create an organisation with its points of sale and an administrator");
  creating.add_option("slug", create.slug, "short name in addresses: a-z, 0-9 and '-'")
      ->required()
      ->type_name("SLUG");
  creating.add_option("--name", create.name, "name as it is shown")->type_name("NAME");
  creating.add_option("--currency", create.currency, "ISO 4217 code")
      ->capture_default_str()
      ->type_name("CODE");
  creating.add_option("--locale", create.locale, "language of texts without another")
      ->capture_default_str()
      ->check(CLI::IsMember({"fr", "en"}));
  creating.add_option("--admin", create.admin.email, "e-mail address of the administrator")
      ->required()
      ->type_name("EMAIL");
  add_person(creating, create.admin);
  line.then(creating, [&create](const config::settings& s) { return cli::run_org_create(create, s); });
  auto& listing = line.add(org, "list", "list the organisations");
  listing.add_flag("--json", list.json, "print as JSON");
  line.then(listing, [&list](const config::settings& s) { return cli::run_org_list(list, s); });
}

void add_staff(CLI::App& app, command_line& line, cli::staff_add_options& options) {
  auto& staff = *app.add_subcommand("staff", "people who work for an organisation");
  staff.require_subcommand(1);
  auto& add = line.add(staff, "add", "give somebody a role, or change it");
  add.add_option("org", options.organisation, "slug of the organisation")->required()->type_name("ORG");
  add.add_option("email", options.who.email, "e-mail address of the account")->required()->type_name("EMAIL");
  add.add_option("--role", options.role, "what they may do")
      ->required()
      ->check(CLI::IsMember({"administrator", "box_office", "editor", "auditor"}));
  add_person(add, options.who);
  line.then(add, [&options](const config::settings& s) { return cli::run_staff_add(options, s); });
}

void add_import(CLI::App& app, command_line& line, cli::import_options& options) {
  auto& command = line.add(app, "import", "create an organisation's clients from a table");
  command.add_option("org", options.organisation, "slug of the organisation")->required()->type_name("ORG");
  command.add_option("file", options.file, "CSV with a header line, as a spreadsheet writes it")
      ->required()
      ->type_name("FILE.csv");
  command.add_flag("--dry-run", options.dry_run, "only say what would be created, and what is wrong");
  command.add_flag("--skip-errors", options.skip_errors, "leave wrong lines out instead of creating nothing");
  command.footer(
      "Works while the server runs, or without it. Wrong lines go to standard error, and with their "
      "reasons into FILE.rejected.csv.\n"
      "Exit status: 0 as asked, 1 nothing was created or the trial found wrong lines, 2 misuse or no "
      "such file.");
  line.then(command, [&options](const config::settings& s) { return cli::run_import(options, s); });
}

void add_export(CLI::App& app, command_line& line, cli::export_options& options) {
  auto& command = line.add(app, "export", "write an organisation's clients, wallets and orders as CSV");
  command.add_option("org", options.organisation, "slug of the organisation")->required()->type_name("ORG");
  command.add_option("folder", options.folder, "where clients.csv, wallets.csv and orders.csv go")
      ->required()
      ->type_name("DIR");
  command.footer("Files that are there are replaced; their owner alone may read them.\n"
                 "Exit status: 0 written, 1 not, 2 misuse.");
  line.then(command, [&options](const config::settings& s) { return cli::run_export(options, s); });
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Foyer: customer accounts, wallets and ticket orders for venues", "foyer"};
  app.set_version_flag("--version", "foyer " FOYER_VERSION);
  app.require_subcommand(1);

  command_line line;
  cli::check_config_options check_config;
  cli::serve_options serve;
  cli::migrate_options migrate;
  add_serve(app, line, serve);
  add_check_config(app, line, check_config);
  add_migrate(app, line, migrate);
  cli::audit_options audit;
  add_audit(app, line, audit);
  cli::ledger_verify_options ledger_verify;
  cli::ledger_checkpoint_options ledger_checkpoint;
  add_ledger(app, line, ledger_verify, ledger_checkpoint);
  cli::org_create_options org_create;
  cli::org_list_options org_list;
  add_org(app, line, org_create, org_list);
  cli::staff_add_options staff_add;
  add_staff(app, line, staff_add);
  cli::import_options import_clients;
  add_import(app, line, import_clients);
  cli::export_options export_lists;
  add_export(app, line, export_lists);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e); // help or version
    std::fprintf(stderr, "%s\n", config::misuse(app, e).c_str());
    return cli::exit_misuse;
  }
  config::sources sources{{}, config::process_environment(), line.flags};
  if (!line.config.empty()) sources.file = line.config;
  return line.run(config::load(sources));
}
