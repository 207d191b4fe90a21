#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::bench {

// Rows as PostgreSQL's text format has them: what an unquoted literal of the column's type would be.
struct rows {
  struct column {
    std::string name;
    unsigned int type = 0; // OID
  };
  std::vector<column> columns;
  std::vector<std::vector<std::optional<std::string>>> values;
};

// One blocking connection for preparing and looking at data; never part of what is measured. Every method
// throws failure with the server's message when a statement fails.
class database {
public:
  // url: anything that PQconnectdb takes.
  explicit database(const std::string& url);
  database(database&&) noexcept;
  database& operator=(database&&) noexcept;
  ~database();

  // Another connection to the same.
  database another() const { return database{url_}; }

  rows query(const std::string& sql);
  // The first value of the first row; empty when there is none or it is null.
  std::string value(const std::string& sql);
  void execute(const std::string& sql) { query(sql); }
  // As a literal, with its quotes.
  std::string quoted(std::string_view text);

  // COPY FROM STDIN: `target` is the table with its columns. Between start and finish no other statement.
  void copy_start(const std::string& target);
  // Whole lines in COPY's text format; they may be any number and are buffered by the connection.
  void copy_lines(std::string_view lines);
  void copy_finish();

private:
  struct handle;
  std::string url_;
  std::unique_ptr<handle> handle_;
};

} // namespace foyer::bench
