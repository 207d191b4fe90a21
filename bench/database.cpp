#include "bench/database.hpp"

#include "bench/failure.hpp"
#include "storage/pg/blocking.hpp"

namespace foyer::bench {

namespace {

std::string without_line_end(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

} // namespace

struct database::handle {
  storage::blocking_connection connection;

  [[noreturn]] void fail() const {
    throw failure{"database: " + without_line_end(PQerrorMessage(connection.get()))};
  }
};

database::database(const std::string& url) : url_{url}, handle_{std::make_unique<handle>()} {
  auto opened = storage::connect_blocking(url);
  if (!opened) throw failure{"database: " + without_line_end(opened.error().detail)};
  handle_->connection = std::move(*opened);
}

database::database(database&&) noexcept = default;
database& database::operator=(database&&) noexcept = default;
database::~database() = default;

rows database::query(const std::string& sql) {
  const auto answer = storage::query(handle_->connection.get(), sql);
  if (!answer)
    throw failure{"database: " + without_line_end(answer.error().detail) + "\nin: " + sql.substr(0, 400)};
  const auto& result = *answer;
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
  char* literal = PQescapeLiteral(handle_->connection.get(), text.data(), text.size());
  if (literal == nullptr) handle_->fail();
  std::string out = literal;
  PQfreemem(literal);
  return out;
}

void database::copy_start(const std::string& target) {
  const storage::query_result result{
      PQexec(handle_->connection.get(), ("copy " + target + " from stdin").c_str())};
  if (PQresultStatus(result.get()) != PGRES_COPY_IN) handle_->fail();
}

void database::copy_lines(std::string_view lines) {
  if (PQputCopyData(handle_->connection.get(), lines.data(), static_cast<int>(lines.size())) != 1)
    handle_->fail();
}

void database::copy_finish() {
  if (PQputCopyEnd(handle_->connection.get(), nullptr) != 1) handle_->fail();
  // The command's result, then the null that ends it.
  while (const storage::query_result result{PQgetResult(handle_->connection.get())})
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) handle_->fail();
}

} // namespace foyer::bench
