#pragma once

#include "actors/imports/importer.hpp"
#include "actors/imports/plan.hpp"
#include "actors/imports/portion.hpp"
#include "actors/imports/waiting.hpp"

#include <memory>
#include <unordered_map>

namespace foyer::imports {

/// An import's file, read and divided, with what its lines are read by.
struct open_file {
  organisation::snapshot_ptr at;
  table whole;
  imports::plan plan;
  sha256_hash content{}; // of its bytes

  [[nodiscard]] rules rules_of(const options& asked, time_point now) const;
};
/// Reads it from its pieces; once it is checked, with the columns of the check. Refused: invalid, as
/// open_table(), reopen_table() and plan::of() say, and when it has other households than the check found;
/// unavailable.
outcome<open_file> load_file(const importer_parts& with, waiting& on, const state& of);

/// Clients that drafts clash with, by address and by number.
struct known_clients {
  std::unordered_map<std::string, std::string> by_email;
  std::unordered_map<std::string, std::string> by_number;
};
outcome<known_clients> find_known(const importer_parts& with, waiting& on, const organisation_id& at,
                                  const std::vector<draft>& drafts);

/// Writes down why an import can't go on, which ends it. Refused: unavailable, to be tried again.
outcome<done> fail_import(const importer_parts& with, waiting& on, state of, const refusal& why);

/// Checks every line by itself, against the others and against the clients there are; writes down what is
/// wrong and what comes next. `first`: of this process, which then forgets what a former one had found. Two
/// processes may do it at once: one of them writes the end. Refused: unavailable, to be tried again.
outcome<done> check_import(const importer_parts& with, waiting& on, state of, bool first);

} // namespace foyer::imports
