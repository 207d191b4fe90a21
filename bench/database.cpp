#include "bench/database.hpp"

#include "bench/failure.hpp"

#include <libpq-fe.h>

namespace foyer::bench {

namespace {

struct result_deleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using result_handle = std::unique_ptr<PGresult, result_deleter>;

std::string message_of(PGconn* connection) {
  std::string text = PQerrorMessage(connection);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

} // namespace

struct database::handle {
  PGconn* connection = nullptr;
  handle() = default;
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;
  ~handle() { PQfinish(connection); }
};

database::database(const std::string& url) : handle_{std::make_unique<handle>()} {
  handle_->connection = PQconnectdb(url.c_str());
  if (PQstatus(handle_->connection) != CONNECTION_OK) throw failure{"database: " + message_of(handle_->connection)};
  // Notices such as "already exists, skipping" are of no interest on the user's terminal.
  PQsetNoticeProcessor(handle_->connection, [](void*, const char*) {}, nullptr);
}

database::database(database&&) noexcept = default;
database& database::operator=(database&&) noexcept = default;
database::~database() = default;

rows database::query(const std::string& sql) {
  const result_handle result{PQexec(handle_->connection, sql.c_str())};
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    throw failure{"database: " + message_of(handle_->connection) + "\nin: " + sql.substr(0, 400)};
  rows out;
  const int columns = PQnfields(result.get());
  for (int column = 0; column < columns; ++column)
    out.columns.push_back({PQfname(result.get(), column), PQftype(result.get(), column)});
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    auto& values = out.values.emplace_back();
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result.get(), row, column)) {
        values.emplace_back(std::nullopt);
      } else {
        values.emplace_back(PQgetvalue(result.get(), row, column));
      }
    }
  }
  return out;
}

std::string database::value(const std::string& sql) {
  const auto all = query(sql);
  if (all.values.empty() || all.values[0].empty()) return {};
  return all.values[0][0].value_or("");
}

std::string database::quoted(std::string_view text) {
  char* literal = PQescapeLiteral(handle_->connection, text.data(), text.size());
  if (literal == nullptr) throw failure{"database: " + message_of(handle_->connection)};
  std::string out = literal;
  PQfreemem(literal);
  return out;
}

void database::copy_start(const std::string& target) {
  const auto sql = "copy " + target + " from stdin";
  const result_handle result{PQexec(handle_->connection, sql.c_str())};
  if (PQresultStatus(result.get()) != PGRES_COPY_IN)
    throw failure{"database: " + message_of(handle_->connection) + "\nin: " + sql};
}

void database::copy_lines(std::string_view lines) {
  if (PQputCopyData(handle_->connection, lines.data(), static_cast<int>(lines.size())) != 1)
    throw failure{"database: " + message_of(handle_->connection)};
}

void database::copy_finish() {
  if (PQputCopyEnd(handle_->connection, nullptr) != 1) throw failure{"database: " + message_of(handle_->connection)};
  // The command's result, then the null that ends it.
  while (const result_handle result{PQgetResult(handle_->connection)})
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
      throw failure{"database: " + message_of(handle_->connection)};
}

} // namespace foyer::bench
