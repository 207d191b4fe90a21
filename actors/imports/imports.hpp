#pragma once

#include "actors/imports/columns.hpp"
#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/money.hpp"
#include "actors/vocabulary/outcome.hpp"
#include "actors/vocabulary/secret.hpp"
#include "actors/vocabulary/time.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// An import of clients from a table (H10): what was asked, how far it is, what is wrong with which line.

namespace foyer::imports {

/// receiving → checking → checked (a trial), refused (lines are wrong, nothing was made), failed (it can't be
/// read) or creating → done. Of checked and refused ones the file is kept for a while: they can be started.
enum class phase { receiving, checking, checked, refused, failed, creating, done, expired };
std::string_view to_string(phase of) noexcept;
phase parse_phase(std::string_view text) noexcept;

/// Why a line is not created.
struct problem {
  std::string column; // its header; empty: the line as a whole
  std::string code;
  std::string value; // what stands there, the beginning of it
  std::string other; // the line or client that it clashes with
};
std::string to_json(const std::vector<problem>& of);
std::vector<problem> problems_from_json(std::string_view json);

/// What staff asked for.
struct options {
  std::string file_name;
  bool create = false;              // false: a trial
  bool skip_errors = false;         // make what can be made
  bool duplicates_allowed = false;  // also clients whose e-mail another one has
  std::string tag;                  // that every client gets
  std::vector<std::string> columns; // fields by position; empty: by the headers
};

/// What is known of an import, beside its phase.
struct details {
  options asked;
  std::int64_t bytes = 0;
  std::string encoding;
  std::string separator;
  std::vector<column> columns;
  std::string problem; // why it failed
  std::int64_t problem_line = 0;
  std::optional<import_id> same_as; // an earlier import of the same file
  std::int64_t lines = 0;           // with something in them, without the header
  std::int64_t households = 0;      // that the lines make
  std::int64_t bad_lines = 0;
  std::int64_t created = 0; // households, so far
  std::int64_t members = 0; // of them
  std::int64_t positive_count = 0;
  std::int64_t negative_count = 0;
  amount positive = 0; // of the lines that are not wrong; once it is done, of what was created
  amount negative = 0;
};
std::string to_json(const details& of);
/// What can't be read has its default.
details details_from_json(std::string_view json);

struct state {
  organisation_id organisation;
  import_id id;
  std::int64_t version = 0;
  imports::phase phase = phase::receiving;
  imports::details what;
  std::int64_t units_done = 0;
  sha256_hash content{};
  std::optional<account_id> by;
  time_point created_at;
  std::optional<time_point> finished_at;
};

struct page {
  std::vector<state> imports; // newest first
  bool more = false;
};

struct bad_line {
  std::int64_t number = 0;
  std::vector<problem> problems;
  std::string cells; // as they stand in the file
};
struct line_page {
  std::vector<bad_line> lines; // by number
  bool more = false;
};

/// A client that has an address or a number already.
struct known_client {
  household_id id;
  std::string number;
  std::string email_key;
};

/// Reads imports; committed data only. `done` from any thread. Implemented in storage/loaders/imports.cpp.
class records {
public:
  virtual ~records() = default;
  virtual void find(const organisation_id& at, const import_id& which,
                    std::function<void(outcome<std::optional<state>>)> done) = 0;
  virtual void list(const organisation_id& at, std::optional<import_id> before, int limit,
                    std::function<void(outcome<page>)> done) = 0;
  /// Those that wait for the importer, of all organisations, the oldest first.
  virtual void list_open(std::function<void(outcome<std::vector<state>>)> done) = 0;
  /// A piece of the file; none behind the last.
  virtual void read_part(const organisation_id& at, const import_id& which, std::int64_t position,
                         std::function<void(outcome<std::optional<std::string>>)> done) = 0;
  virtual void list_lines(const organisation_id& at, const import_id& which, std::int64_t after, int limit,
                          std::function<void(outcome<line_page>)> done) = 0;
  /// Clients with one of these addresses (keys) or numbers.
  virtual void find_known(const organisation_id& at, std::vector<std::string> email_keys,
                          std::vector<std::string> numbers,
                          std::function<void(outcome<std::vector<known_client>>)> done) = 0;
  /// The latest import of the same file that made clients.
  virtual void find_same(const organisation_id& at, const sha256_hash& content,
                         std::function<void(outcome<std::optional<import_id>>)> done) = 0;
};

/// Works imports off in the background. Implemented in actors/imports/importer.cpp.
class queue {
public:
  virtual ~queue() = default;
  /// An import was written, or started. Any thread.
  virtual void wake() noexcept = 0;
};

} // namespace foyer::imports
