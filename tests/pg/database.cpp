#include "tests/pg/database.hpp"

#include "storage/migrations.hpp"
#include "storage/pg/embedded.hpp"

#include <libpq-fe.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace foyer::tests {
namespace {

/// The cluster lives in a folder under /tmp, so that user postgres reaches it when the tests run as root.
struct private_database {
  private_database() {
    std::string folder = "/tmp/foyer-pg-test-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path = folder;
    std::filesystem::permissions(path, std::filesystem::perms{0755});
    storage::embedded_options options;
    options.data_dir = path;
    options.shared_buffers_mib = 64;
    auto started = storage::create_embedded_server(options);
    if (!started) throw std::runtime_error(started.error().detail);
    server = std::move(*started);
    url = server->connection_string();
    administration = server->administration_string();
    if (auto migrated = storage::migrate(url); !migrated) throw std::runtime_error(migrated.error().detail);
  }
  ~private_database() {
    server->stop();
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  std::filesystem::path path;
  std::unique_ptr<storage::embedded_server> server;
  std::string url;
  std::string administration;
};

const private_database& database() {
  static const private_database all;
  return all;
}

} // namespace

const std::string& database_url() {
  return database().url;
}

const std::string& administration_url() {
  return database().administration;
}

struct session::impl {
  explicit impl(const std::string& url) : pg(PQconnectdb(url.c_str())) {}
  ~impl() { PQfinish(pg); }
  PGconn* pg;
};

session::session(const std::string& url) : impl_(std::make_unique<impl>(url)) {
  if (PQstatus(impl_->pg) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(impl_->pg));
}
session::~session() = default;

std::string session::run(const std::string& statement) {
  auto* result = PQexec(impl_->pg, statement.c_str());
  std::string out;
  const auto status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    const auto* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    out = std::string{"ERROR "} + (state != nullptr ? state : PQerrorMessage(impl_->pg));
  } else if (PQntuples(result) > 0 && PQnfields(result) > 0) {
    out = PQgetvalue(result, 0, 0);
  }
  PQclear(result);
  return out;
}

std::string sql(const std::string& statement) {
  return session{}.run(statement);
}

bool eventually(const std::function<bool()>& done, std::chrono::milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

running_journal::running_journal(config::settings settings, storage::journal_hooks hooks,
                                 const std::string& url)
    : journal(storage::create_journal(context_.context, settings, url, std::move(hooks))) {
  if (!eventually([this] { return journal->ready(); }))
    throw std::runtime_error("the journal does not connect");
}

std::future<commit_outcome> running_journal::append(commit rows) {
  auto promise = std::make_shared<std::promise<commit_outcome>>();
  journal->append(std::move(rows), [promise](const commit_outcome& outcome) { promise->set_value(outcome); });
  return promise->get_future();
}

std::vector<commit_outcome> running_journal::append_all(std::vector<commit> all) {
  std::vector<std::future<commit_outcome>> waiting;
  // Appended on the journal's own thread, none is sent before the last is there.
  std::promise<void> appended;
  boost::asio::post(context_.context, [&] {
    for (auto& rows : all) waiting.push_back(append(std::move(rows)));
    appended.set_value();
  });
  appended.get_future().wait();
  std::vector<commit_outcome> out;
  for (auto& one : waiting) out.push_back(one.get());
  return out;
}

uuid fresh() {
  return new_uuid(1'700'000'000'000);
}

sha256_hash fresh_hash() {
  sha256_hash out{};
  fill_random(out);
  return out;
}

time_point noon() {
  return time_point{std::chrono::sys_days{std::chrono::year{2026} / 5 / 17}} + std::chrono::hours{12};
}

wallet_row a_wallet(const organisation_id& organisation, const household_id& household, std::int64_t expected,
                    amount balance) {
  wallet_row out;
  out.organisation = organisation;
  out.household = household;
  out.expected_version = expected;
  out.version = expected + 1;
  out.balance = balance;
  out.entries_count = out.version;
  out.head = fresh_hash();
  return out;
}

ledger_row an_entry(const wallet_row& after, std::int64_t seq, amount change) {
  ledger_row out;
  out.organisation = after.organisation;
  out.household = after.household;
  out.seq = seq;
  out.id = fresh_id<entry_id>();
  out.kind = 1;
  out.change = change;
  out.balance_after = after.balance;
  out.held_after = after.held;
  out.counter_account = "cash";
  out.by_kind = 2;
  out.at = noon();
  out.hash = after.head;
  return out;
}

organisation_id an_organisation(running_journal& through) {
  organisation_row row;
  row.id = fresh_id<organisation_id>();
  row.slug = "org-" + to_string(row.id);
  row.name = "Théâtre du Parc";
  row.currency = "EUR";
  row.locale = "fr";
  row.created_at = noon();
  commit rows;
  rows.cold.emplace_back(row);
  if (through.append_and_wait(rows).status != commit_status::committed)
    throw std::runtime_error("no organisation");
  return row.id;
}

offer_id an_offer(running_journal& through, const organisation_id& organisation, std::int64_t capacity) {
  offer_row row;
  row.organisation = organisation;
  row.id = offer_id{new_uuid(1'600'000'000'000)}; // older than the tickets for it, as everywhere
  row.kind = "ticket";
  row.details = R"({"title":"Le Cid"})";
  row.shops = {"online", "guichet"};
  row.capacity = capacity;
  row.created_at = noon();
  commit rows;
  rows.cold.emplace_back(row);
  const auto outcome = through.append_and_wait(rows);
  if (outcome.status != commit_status::committed) throw std::runtime_error("no offer: " + outcome.detail);
  return row.id;
}

} // namespace foyer::tests
