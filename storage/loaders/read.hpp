#pragma once

#include "storage/loaders/loaders.hpp"
#include "storage/pg/read_pool.hpp"

#include <exception>
#include <optional>
#include <utility>

namespace foyer::storage {

using all_rows = pg::read_pool::all_rows;

/// Logs a result that could not be read: a mistake of ours in a query.
void report_unreadable(const char* query, const std::exception& why);

/// A query with its parameters.
template <class... Values>
pg::read_query ask_for(const pg::statement& what, const Values&... values) {
  pg::read_query out;
  out.what = &what;
  (out.with.add(values), ...);
  return out;
}

using pg::everywhere;
using pg::within;

/// Runs the queries in one snapshot and answers `done` with what `make(rows per query)` makes of them.
template <class T, class Make>
void read(const read_pool_ptr& from, pg::read_scope scope, std::vector<pg::read_query> queries,
          std::function<void(outcome<T>)> done, Make make) {
  const auto* name = queries.front().what->name;
  from->run(std::move(queries), scope,
            [name, done = std::move(done), make = std::move(make)](outcome<all_rows> rows) {
              if (!rows) return done(std::move(rows.error()));
              std::optional<outcome<T>> made;
              try {
                made.emplace(make(*rows));
              } catch (const std::exception& wrong) {
                report_unreadable(name, wrong);
                made.emplace(errc::internal);
              }
              done(std::move(*made));
            });
}

template <class T, class Make>
void read(const read_pool_ptr& from, pg::read_scope scope, pg::read_query query,
          std::function<void(outcome<T>)> done, Make make) {
  std::vector<pg::read_query> queries;
  queries.push_back(std::move(query));
  read<T>(from, scope, std::move(queries), std::move(done),
          [make = std::move(make)](const all_rows& rows) { return make(rows.front()); });
}

} // namespace foyer::storage
