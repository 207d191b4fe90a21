#include "bench/checks.hpp"

#include "bench/failure.hpp"
#include "bench/scenario.hpp"

namespace foyer::bench {

namespace {

// OPERATIONS.md: misuse, here of a subcommand that this foyer does not know.
constexpr int exit_misuse = 2;
constexpr int exit_violations = 1;

// An open loop, or a storm of logins, may ask for more than there is: then to refuse the surplus is what the
// server should do.
bool may_be_refused(const options& wanted) {
  return wanted.rate > 0 || wanted.what == scenario::login || wanted.what == scenario::overload;
}

} // namespace

answers answers_of(const report& of, std::string_view kind) {
  answers out;
  for (const auto* runs : {&of.server, &of.peak, &of.first, &of.visited})
    for (const auto& run : *runs) {
      if (const auto* found = run.load.kind(kind)) out.succeeded += found->succeeded_in_all;
      out.unknown += run.load.unknown_in_all;
    }
  return out;
}

table_counts count_tables(database& db) {
  const auto count = [&](const std::string& from) {
    return std::stoull(db.value("select count(*) from " + from));
  };
  return {count("orders"), count("tickets"), count("accounts where email like 'r%@bench.example'"),
          count("ledger_entries where kind = 4")};
}

void check_orders(database& db, const table_counts& before, report& to) {
  if (!buys(to.wanted.what)) return;
  const auto [answered, unknown] = answers_of(to, "order");
  const auto now = count_tables(db);
  for (const auto& [table, found] :
       {std::pair{"orders", now.orders - before.orders}, std::pair{"tickets", now.tickets - before.tickets}})
    if (found < answered || found > answered + unknown)
      to.problems.push_back(std::to_string(answered) + " orders were answered 201 (and " +
                            std::to_string(unknown) + " not at all), but there are " + std::to_string(found) +
                            " " + table);
}

void check_accounts(database& db, const table_counts& before, report& to) {
  const auto [answered, unknown] = answers_of(to, "registration");
  if (answered == 0) return;
  const auto found = count_tables(db).registrations - before.registrations;
  if (found < answered || found > answered + unknown)
    to.problems.push_back(std::to_string(answered) + " registrations were answered 202 (and " +
                          std::to_string(unknown) + " not at all), but there are " + std::to_string(found) +
                          " new accounts");
}

void check_debits(database& db, const table_counts& before, report& to) {
  const auto [answered, unknown] = answers_of(to, "debit");
  if (answered == 0) return;
  const auto found = count_tables(db).adjustments - before.adjustments;
  if (found < answered || found > answered + unknown)
    to.problems.push_back(std::to_string(answered) + " debits were answered 201 (and " +
                          std::to_string(unknown) + " not at all), but there are " + std::to_string(found) +
                          " entries");
}

void audit(const own_server& server, report& to) {
  if (server.command({"audit", "--help"}).status == exit_misuse) {
    to.audit = audit_outcome::unavailable;
    return;
  }
  const auto outcome = server.command({"audit"});
  if (outcome.status == 0) {
    to.audit = audit_outcome::clean;
    return;
  }
  to.audit = outcome.status == exit_violations ? audit_outcome::violations : audit_outcome::failed;
  to.problems.push_back("foyer audit ended with status " + std::to_string(outcome.status) + ":\n" +
                        outcome.output.substr(0, 4000) + outcome.errors.substr(0, 2000));
}

void check_answers(report& to) {
  std::uint64_t failed = 0;
  for (const auto& run : to.server) {
    failed += run.load.failed();
    if (const auto refused = run.load.errors_by_status.find(503);
        may_be_refused(to.wanted) && refused != run.load.errors_by_status.end())
      failed -= refused->second;
    if (run.load.succeeded == 0 && !run.load.interrupted)
      to.problems.push_back("a repeat without any good answer");
  }
  for (const auto* runs : {&to.quiet, &to.peak, &to.small, &to.first, &to.visited})
    for (const auto& run : *runs) failed += run.load.failed();
  for (const auto& run : to.server)
    if (run.load.refused_without_hint > 0)
      to.problems.push_back(std::to_string(run.load.refused_without_hint) +
                            " answers 503 had no Retry-After");
  std::uint64_t background = 0;
  for (const auto& run : to.server)
    for (const auto& each : run.load.kinds)
      if (each.background) background += each.failed;
  if (background > 0)
    to.problems.push_back(std::to_string(background) + " requests beside the storm were refused");
  if (failed > 0) to.problems.push_back(std::to_string(failed) + " requests failed");
  for (const auto& run : to.bare)
    if (run.load.failed() > 0) to.problems.push_back("the bare handler failed: " + run.load.first_error);
}

std::string durable_settings(database& db) {
  std::string out;
  for (const char* name :
       {"fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "shared_buffers"}) {
    const auto value = db.value(std::string{"select current_setting('"} + name + "')");
    if (value == "off")
      throw failure{std::string{"PostgreSQL runs with "} + name + " off: nothing would be durable"};
    out.append(out.empty() ? "" : ", ").append(name).append(" ").append(value);
  }
  return out;
}

} // namespace foyer::bench
