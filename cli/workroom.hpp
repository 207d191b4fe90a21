#pragma once

#include "actors/imports/waiting.hpp"
#include "actors/organisation/organisations.hpp"
#include "actors/vocabulary/forward_clock.hpp"
#include "cli/loaders.hpp"
#include "config/settings.hpp"
#include "storage/journal.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <thread>

namespace foyer::cli {

/// What commands that read or write as the server does need of it: the journal, the loaders and the
/// organisations, on a thread of its own. Beside a server it is a second process on one database, which rows'
/// versions keep apart. The thread that makes it waits for answers by `waits`.
class workroom {
public:
  /// `url` is of a migrated database. Connects in the background.
  workroom(const config::settings& settings, const std::string& url);
  workroom(const workroom&) = delete;
  workroom& operator=(const workroom&) = delete;
  /// What was appended is written first.
  ~workroom();

  /// Blocks until it is connected, at most database.start_deadline. Refused: a sentence for the operator.
  outcome<done> connect();
  /// Blocks. Refused: a sentence for the operator.
  outcome<organisation::snapshot_ptr> find_organisation(const std::string& slug);
  /// Blocks until it is durable. Refused: a sentence for the operator.
  outcome<done> write(commit rows);

private:
  const config::settings& settings_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy_;

public:
  forward_clock clock;
  std::shared_ptr<storage::pg::read_pool> reads;
  std::shared_ptr<storage::group_journal> journal;
  loaders load;
  std::unique_ptr<organisation::registry> organisations;
  imports::waiting waits;

private:
  std::thread thread_; // last: it uses all of the above
};

} // namespace foyer::cli
