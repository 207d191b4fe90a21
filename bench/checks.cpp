#include "bench/checks.hpp"

#include "bench/failure.hpp"

namespace foyer::bench {

namespace {

// OPERATIONS.md: misuse, here of a subcommand that this foyer does not know.
constexpr int exit_misuse = 2;
constexpr int exit_violations = 1;

} // namespace

void check_orders(database& db, report& to) {
  if (to.wanted.what == scenario::read) return;
  std::uint64_t answered = 0, unknown = 0;
  for (const auto& run : to.server) {
    answered += run.load.succeeded_in_all;
    unknown += run.load.unknown_in_all;
  }
  for (const char* table : {"orders", "tickets"}) {
    const auto found = std::stoull(db.value(std::string{"select count(*) from "} + table));
    if (found < answered || found > answered + unknown)
      to.problems.push_back(std::to_string(answered) + " orders were answered 201 (and " +
                            std::to_string(unknown) + " not at all), but there are " + std::to_string(found) +
                            " " + table);
  }
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
    // An open loop may ask for more than there is: then to refuse the surplus is what the server should do.
    if (const auto refused = run.load.errors_by_status.find(503);
        to.wanted.rate > 0 && refused != run.load.errors_by_status.end())
      failed -= refused->second;
    if (run.load.succeeded == 0 && !run.load.interrupted)
      to.problems.push_back("a repeat without any good answer");
  }
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
