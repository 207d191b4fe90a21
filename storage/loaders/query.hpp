#pragma once

#include "storage/loaders/read.hpp"
#include "storage/pg/read_pool.hpp"

#include <exception>
#include <functional>
#include <utility>
#include <vector>

namespace foyer::storage {

template <class T>
using told = std::function<void(outcome<T>)>;

/// A statement with its parameters in order.
template <class... Values>
pg::read_query query(const pg::statement& what, const Values&... values) {
  return ask_for(what, values...);
}

template <class... Queries>
std::vector<pg::read_query> queries(Queries... each) {
  std::vector<pg::read_query> out;
  out.reserve(sizeof...(each));
  (out.push_back(std::move(each)), ...);
  return out;
}

/// Runs the queries in one snapshot and tells what `make` makes of their rows (an outcome<T>), or the
/// refusal.
template <class T, class Make>
void read(pg::read_pool& from, pg::read_scope scope, std::vector<pg::read_query> asked, told<T> done,
          Make make) {
  const auto* name = asked.front().what->name;
  from.run(std::move(asked), scope,
           [name, done = std::move(done), make = std::move(make)](outcome<pg::read_pool::all_rows> got) {
             if (!got) return done(std::move(got.error()));
             outcome<T> made = errc::internal;
             try {
               made = make(*got);
             } catch (const std::exception& wrong) {
               report_unreadable(name, wrong);
             }
             done(std::move(made));
           });
}

} // namespace foyer::storage
