#pragma once

#include "storage/pg/blocking.hpp"

#include <string>
#include <utility>
#include <vector>

namespace foyer::storage {

/// One transaction of a command, on a connection of its own; undone unless it is committed.
class blocking_transaction {
public:
  static outcome<blocking_transaction> begin(const std::string& url) {
    auto open = connect_blocking(url);
    if (!open) return open.error();
    auto begun = query(open->get(), "begin");
    if (!begun) return begun.error();
    return blocking_transaction{std::move(*open)};
  }

  outcome<query_result> run(const std::string& statement, const std::vector<std::string>& parameters) {
    return query(open_.get(), statement, parameters);
  }

  outcome<done> commit() {
    auto ended = query(open_.get(), "commit");
    if (!ended) return ended.error();
    return done{};
  }

private:
  explicit blocking_transaction(blocking_connection open) : open_(std::move(open)) {}
  blocking_connection open_;
};

} // namespace foyer::storage
