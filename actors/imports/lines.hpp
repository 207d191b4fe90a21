#pragma once

#include "actors/household/household.hpp"
#include "actors/imports/csv.hpp"
#include "actors/imports/imports.hpp"

#include <optional>
#include <string>
#include <vector>

namespace foyer::imports {

/// What lines are read by: the organisation's rules, and who imports.
struct rules {
  const organisation::settings& form;
  currency unit;
  std::string locale; // of clients whose line names none
  std::string tag;    // that every client gets; empty: none
  amount floor = 0;   // how far below zero the importer may take a wallet (W3), ≤ 0
  time_point now;
};

/// One line, as far as it could be read.
struct typed_line {
  std::int64_t number = 0;
  std::string key;               // of its household; empty: one of its own
  household::state of_household; // number, contact, address, locale, tags, newsletter, username, website
  household::member person;
  std::string locale; // as the line says; empty: nothing
  std::optional<amount> balance;
  std::vector<problem> problems;
};
typed_line read_line(const record& from, const std::vector<column>& columns, const rules& by);
/// The key alone.
std::string household_key(const record& from, const std::vector<column>& columns);

/// A household to be made: without ids, and without a number where the table has none.
struct draft {
  household::state who;
  std::optional<amount> balance;
};
/// The first line is the responsible person and says what belongs to the household; the others are members
/// and say the same of it or nothing. Notes in each line what is wrong.
draft assemble(std::vector<typed_line>& lines, const std::vector<column>& columns, const rules& by);

} // namespace foyer::imports
