#pragma once

#include "storage/journal.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace foyer::tests {

/// The URL of a private PostgreSQL with the schema, started once per test program and stopped at its end.
const std::string& database_url();
/// As the cluster's superuser, who sees through row-level security.
const std::string& administration_url();

/// Runs one statement over a blocking connection of its own and gives the first value as text, "" for none.
/// An error is returned as "ERROR <sqlstate>".
std::string sql(const std::string& statement);

/// A blocking connection that stays open, for locks and open transactions.
class session {
public:
  explicit session(const std::string& url = database_url());
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  std::string run(const std::string& statement);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Waits until `done` says true; false when `deadline` passes first.
bool eventually(const std::function<bool()>& done,
                std::chrono::milliseconds deadline = std::chrono::seconds{10});

/// An io_context with its own thread.
class running_context {
public:
  running_context() : guard_(context.get_executor()), thread_([this] { context.run(); }) {}
  ~running_context() {
    guard_.reset();
    context.stop();
    thread_.join();
  }
  running_context(const running_context&) = delete;
  running_context& operator=(const running_context&) = delete;

  boost::asio::io_context context;

private:
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::thread thread_;
};

/// A connected journal.
class running_journal {
public:
  explicit running_journal(config::settings settings = {}, storage::journal_hooks hooks = {},
                           const std::string& url = database_url());
  ~running_journal() { journal->close(); }

  std::future<commit_outcome> append(commit rows);
  /// All are appended before the first is awaited, so that they share batches.
  std::vector<commit_outcome> append_all(std::vector<commit> all);
  commit_outcome append_and_wait(commit rows) { return append(std::move(rows)).get(); }

private:
  running_context context_;

public:
  std::shared_ptr<storage::group_journal> journal;
};

// Rows with fresh ids and believable values
// ---------------------------------------------------------------------

uuid fresh();
template <class Id>
Id fresh_id() {
  return Id{fresh()};
}
sha256_hash fresh_hash();
time_point noon();

wallet_row a_wallet(const organisation_id& organisation, const household_id& household, std::int64_t expected,
                    amount balance);
ledger_row an_entry(const wallet_row& after, std::int64_t seq, amount change);
/// An organisation that is in the database.
organisation_id an_organisation(running_journal& through);
/// An offer with a stock row of this capacity in the database.
offer_id an_offer(running_journal& through, const organisation_id& organisation, std::int64_t capacity);

} // namespace foyer::tests
