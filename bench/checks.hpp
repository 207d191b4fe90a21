#pragma once

#include "bench/database.hpp"
#include "bench/own_server.hpp"
#include "bench/report.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace foyer::bench {

// What is looked at after a run, because a fast wrong answer is no answer. What is wrong becomes a `problem`
// of the report.

// What was there before: kept data has the orders of earlier runs.
struct table_counts {
  std::uint64_t orders = 0;
  std::uint64_t tickets = 0;
  std::uint64_t registrations = 0;
  std::uint64_t adjustments = 0;
};
table_counts count_tables(database& db);

// What the requests of one kind came to, over all runs of a report.
struct answers {
  std::uint64_t succeeded = 0;
  std::uint64_t unknown = 0; // of any kind: at most so many more took effect
};
answers answers_of(const report& of, std::string_view kind);

// Every order that was answered 201 is there, and no other, but for those without an answer.
void check_orders(database& db, const table_counts& before, report& to);
// The same of new accounts.
void check_accounts(database& db, const table_counts& before, report& to);
// The same of what staff took from the one wallet.
void check_debits(database& db, const table_counts& before, report& to);

// `foyer audit`; a foyer without it is noted as such.
void audit(const own_server& server, report& to);

// Requests that failed.
void check_answers(report& to);

// The settings that durability and speed hang on, as one line. Throws failure when what the database confirms
// could be lost: figures of such a run are worth nothing here.
std::string durable_settings(database& db);

} // namespace foyer::bench
