#include "actors/password/argon2.hpp"
#include "actors/password/policy.hpp"
#include "actors/vocabulary/text.hpp"
#include "cli/commands.hpp"
#include "cli/database.hpp"
#include "cli/staff_account.hpp"
#include "storage/migrations.hpp"
#include "storage/secret_file.hpp"

#include <array>
#include <cstdio>
#include <iostream>
#include <string>

namespace foyer::cli {

outcome<tools> open_tools(const config::settings& settings) {
  auto opened = open_database(settings);
  if (!opened) return opened.error();
  if (const auto steps = storage::migrate(opened->url); !steps) return steps.error();
  auto secret = storage::load_secret(settings.secret_file());
  if (!secret) return secret.error();
  return tools{std::move(*opened), std::move(*secret)};
}

outcome<storage::new_staff> read_staff(const staff_options& options, const config::settings& settings,
                                       const std::string& organisation_name) {
  storage::new_staff out;
  const auto email = parse_email(options.email);
  if (!email) return refusal{errc::invalid, "'" + options.email + "' is no e-mail address"};
  out.email = *email;
  out.first_name = options.first_name;
  out.last_name = options.last_name;
  out.invitation_life = std::chrono::duration_cast<std::chrono::seconds>(settings.accounts.invitation_link);
  if (!options.password_stdin) return out;

  std::string password;
  std::getline(std::cin, password);
  password::policy policy;
  policy.length_min = static_cast<std::size_t>(settings.security.password_min_staff);
  policy.length_max = static_cast<std::size_t>(settings.security.password_max);
  const std::array personal{email->shown, organisation_name};
  const auto weak = password::check(password, policy, personal);
  if (weak != password::weakness::none)
    return refusal{errc::password_too_weak,
                   "the password is refused: " + std::string{password::to_string(weak)}};
  password::parameters with;
  with.memory_kib = static_cast<std::uint32_t>(settings.security.argon2_memory_kib);
  with.iterations = static_cast<std::uint32_t>(settings.security.argon2_iterations);
  out.password_hash = password::hash(nfc(password), with);
  if (!out.password_hash) return refusal{errc::internal, "there is no memory to hash the password"};
  return out;
}

void tell_staff(const storage::new_staff& who, storage::staff_account became) {
  const std::string role{organisation::to_string(who.role)};
  switch (became) {
  case storage::staff_account::there_already:
    std::printf("%s is %s now, with the account that the address has\n", who.email.shown.c_str(),
                role.c_str());
    return;
  case storage::staff_account::opened:
    std::printf("%s is %s now, and can log in\n", who.email.shown.c_str(), role.c_str());
    return;
  case storage::staff_account::invited:
    std::printf("%s is %s once a password is chosen; a mail with the link is on its way\n",
                who.email.shown.c_str(), role.c_str());
    return;
  }
}

int run_staff_add(const staff_add_options& options, const config::settings& settings) {
  auto who = read_staff(options.who, settings, options.organisation);
  if (!who) {
    fail(who.error().detail);
    return exit_misuse;
  }
  who->organisation = options.organisation;
  who->role = organisation::parse_role(options.role).value_or(organisation::role::auditor);
  const auto tools = open_tools(settings);
  if (!tools) return fail(tools.error().detail);
  const auto became = storage::add_staff(tools->database.url, *who, tools->secret);
  if (!became) return fail(became.error().detail);
  tell_staff(*who, *became);
  return exit_done;
}

} // namespace foyer::cli
