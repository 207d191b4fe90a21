#pragma once

#include "actors/vocabulary/outcome.hpp"

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace foyer::storage {

/// Small helpers for threads that may wait: commands, start-up, mailers. The server's own statements go
/// through the pipeline instead.

struct connection_closer {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
struct result_closer {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using blocking_connection = std::unique_ptr<PGconn, connection_closer>;
using query_result = std::unique_ptr<PGresult, result_closer>;

/// Opens a connection that keeps notices to itself. A database that accepts and then says nothing is given up
/// after ten seconds, unless the URL says otherwise. Refused (`unavailable`) with libpq's message.
inline outcome<blocking_connection> connect_blocking(const std::string& url) {
  const char* names[] = {"connect_timeout", "dbname", nullptr};
  const char* values[] = {"10", url.c_str(), nullptr};
  blocking_connection open{PQconnectdbParams(names, values, 1)};
  if (!open || PQstatus(open.get()) != CONNECTION_OK)
    return refusal{errc::unavailable, open ? PQerrorMessage(open.get()) : "out of memory"};
  PQsetNoticeProcessor(
      open.get(), [](void*, const char*) {}, nullptr);
  return open;
}

/// Runs one statement with text parameters, or several statements without. Refused with the server's message.
inline outcome<query_result> query(PGconn* open, const std::string& statement,
                                   const std::vector<std::string>& parameters = {}) {
  std::vector<const char*> values;
  for (const auto& parameter : parameters) values.push_back(parameter.c_str());
  query_result answer{parameters.empty()
                          ? PQexec(open, statement.c_str())
                          : PQexecParams(open, statement.c_str(), static_cast<int>(values.size()), nullptr,
                                         values.data(), nullptr, nullptr, 0)};
  const auto status = PQresultStatus(answer.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    return refusal{errc::unavailable, PQerrorMessage(open)};
  return answer;
}

/// Statements of one connection, each prepared at its first use: the larger ones cost PostgreSQL more to plan
/// than to run. They are known by their address, so only constants may be given.
class prepared_statements {
public:
  /// As query(); the parameters' types are the server's guess.
  outcome<query_result> run(PGconn* open, const char* statement, const std::vector<std::string>& parameters) {
    auto& name = names_[statement];
    if (name.empty()) {
      const auto fresh = "foyer_" + std::to_string(names_.size());
      const query_result made{PQprepare(open, fresh.c_str(), statement, 0, nullptr)};
      if (PQresultStatus(made.get()) != PGRES_COMMAND_OK)
        return refusal{errc::unavailable, PQerrorMessage(open)};
      name = fresh;
    }
    std::vector<const char*> values;
    for (const auto& parameter : parameters) values.push_back(parameter.c_str());
    query_result answer{PQexecPrepared(open, name.c_str(), static_cast<int>(values.size()), values.data(),
                                       nullptr, nullptr, 0)};
    const auto status = PQresultStatus(answer.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
      return refusal{errc::unavailable, PQerrorMessage(open)};
    return answer;
  }
  /// For another connection.
  void forget() { names_.clear(); }

private:
  std::unordered_map<const char*, std::string> names_;
};

/// The first column of the first row, empty when there is none.
inline std::string first_value(const query_result& answer) {
  return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0) : "";
}

} // namespace foyer::storage
