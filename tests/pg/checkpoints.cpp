#include "storage/checkpoints.hpp"

#include "actors/wallet/wallet.hpp"
#include "storage/ledger_checkpoint.hpp"
#include "storage/migrations.hpp"
#include "tests/pg/database.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <stdlib.h>

using namespace foyer;
using namespace foyer::tests;

namespace {

namespace fs = std::filesystem;

const server_secret secret{"a secret of at least thirty-two characters"};
const std::string unlock = "alter table ledger_entries disable trigger user; ";

std::string url_of(const std::string& database) {
  auto url = database_url();
  const std::string key = "dbname=";
  const auto at = url.find(key) + key.size();
  return url.replace(at, url.find(' ', at) - at, database);
}

struct temporary_folder {
  temporary_folder() {
    std::string name = "/tmp/foyer-checkpoints-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path = name;
  }
  ~temporary_folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path path;
};

/// A database of its own whose wallets get real entries.
class ledger {
public:
  explicit ledger(std::string name) : name_(std::move(name)) {
    sql("create database " + name_);
    REQUIRE(storage::migrate(url()));
    journal_.emplace(config::settings{}, storage::journal_hooks{}, url());
  }
  ~ledger() {
    journal_.reset();
    sql("drop database " + name_);
  }

  [[nodiscard]] std::string url() const { return url_of(name_); }

  void run(const std::string& statements) const {
    auto open = storage::connect_blocking(url());
    REQUIRE(open);
    const auto done = storage::query(open->get(), statements);
    INFO((done ? "" : done.error().detail));
    REQUIRE(done);
  }

  void add(wallet::state& to, int entries) {
    for (int i = 0; i < entries; ++i) {
      wallet::record command;
      command.organisation = organisation_;
      command.change = 100;
      command.counter_account = "cash";
      command.by = {wallet::actor_kind::staff, {}, noon()};
      command.id = fresh_id<entry_id>();
      auto step = wallet::decide(to, std::move(command));
      REQUIRE(step);
      to = std::move(step->next);
      REQUIRE(journal_->append_and_wait(std::move(step->rows)).status == commit_status::committed);
    }
  }

  wallet::state a_wallet(int entries) {
    wallet::state out;
    out.household = fresh_id<household_id>();
    add(out, entries);
    return out;
  }

  storage::checkpoint_report sign(const fs::path& into) const {
    storage::checkpoint_options options;
    options.url = url();
    options.folder = into;
    auto report = storage::write_checkpoint(options, secret);
    INFO((report ? "" : report.error().detail));
    REQUIRE(report);
    return *report;
  }

  std::vector<storage::broken_entry> compared(const fs::path& folder) const {
    const auto file = storage::newest_checkpoint(folder);
    REQUIRE(file);
    auto reader = storage::checkpoint_reader::open(*file, secret);
    REQUIRE(reader);
    auto report = storage::verify_ledger(url(), &*reader);
    REQUIRE(report);
    return report->broken;
  }

  /// Takes the last entries away and makes the wallet fit, as somebody who owns the database can.
  void truncate(const wallet::state& of, std::int64_t entries) const {
    const auto id = "'" + to_string(of.household) + "'";
    run(unlock + "delete from ledger_entries where household_id = " + id + " and seq > " +
        std::to_string(of.entries_count - entries) +
        "; update wallets w set entries_count = l.seq, head = l.hash, balance = l.balance_after from "
        "ledger_entries l "
        "where w.household_id = " +
        id + " and l.household_id = " + id + " and l.seq = " + std::to_string(of.entries_count - entries));
  }

private:
  std::string name_;
  organisation_id organisation_ = fresh_id<organisation_id>();
  std::optional<running_journal> journal_;
};

} // namespace

TEST_CASE("W2 a checkpoint signs every chain, and stays true while the chains grow") {
  ledger of("checkpoint_grows");
  const temporary_folder folder;
  CHECK(of.sign(folder.path).wallets == 0);
  auto first = of.a_wallet(3);
  of.a_wallet(1);
  const auto report = of.sign(folder.path);
  CHECK(report.wallets == 2);
  CHECK(report.entries == 4);
  CHECK(of.compared(folder.path).empty());
  of.add(first, 2);
  of.a_wallet(1);
  CHECK(of.compared(folder.path).empty());
  CHECK(of.sign(folder.path).wallets == 3);
  CHECK(of.compared(folder.path).empty());
}

TEST_CASE("W2 a truncated tail, which the chain alone does not show, is found") {
  ledger of("checkpoint_truncated");
  const temporary_folder folder;
  of.a_wallet(2);
  const auto robbed = of.a_wallet(5);
  of.a_wallet(2);
  of.sign(folder.path);
  of.truncate(robbed, 2);
  const auto alone = storage::verify_ledger(of.url());
  REQUIRE(alone);
  CHECK(alone->broken.empty());
  const auto broken = of.compared(folder.path);
  REQUIRE(broken.size() == 1);
  CHECK(broken[0].household == robbed.household);
  CHECK(broken[0].seq == 3);
  // It is not signed over, however often one tries.
  for (int i = 0; i < 2; ++i) {
    const auto again = of.sign(folder.path);
    CHECK(again.file.empty());
    REQUIRE(again.broken.size() == 1);
    CHECK(again.broken[0].household == robbed.household);
    CHECK(again.broken[0].seq == 3);
  }
  CHECK(of.compared(folder.path).size() == 1);
}

TEST_CASE("W2 a wallet that is gone with all of its entries is found, the last one too") {
  ledger of("checkpoint_gone");
  const temporary_folder folder;
  const std::vector<wallet::state> all{of.a_wallet(1), of.a_wallet(2), of.a_wallet(3)};
  of.sign(folder.path);
  of.run(unlock + "delete from ledger_entries; delete from wallets");
  const auto broken = of.compared(folder.path);
  REQUIRE(broken.size() == 3);
  for (const auto& each : broken) CHECK(each.seq == 0);
  CHECK(of.sign(folder.path).broken.size() == 3);
}

TEST_CASE("W2 a chain that was written anew from a changed row on is found") {
  ledger of("checkpoint_rewritten");
  const temporary_folder folder;
  of.a_wallet(2);
  const auto forged = of.a_wallet(2);
  of.a_wallet(3);
  of.sign(folder.path);
  // The same household begins again with other entries, one more than before: every hash fits.
  const auto id = "'" + to_string(forged.household) + "'";
  of.run(unlock + "delete from ledger_entries where household_id = " + id +
         "; delete from wallets where household_id = " + id);
  wallet::state anew;
  anew.household = forged.household;
  of.add(anew, 3);
  const auto alone = storage::verify_ledger(of.url());
  REQUIRE(alone);
  CHECK(alone->broken.empty());
  const auto broken = of.compared(folder.path);
  REQUIRE(broken.size() == 1);
  CHECK(broken[0].household == forged.household);
  CHECK(broken[0].seq == 2);
  CHECK(of.sign(folder.path).broken.size() == 1);
}

TEST_CASE("W2 an altered row is named by its number, with a checkpoint as without") {
  ledger of("checkpoint_altered");
  const temporary_folder folder;
  const auto altered = of.a_wallet(5);
  of.a_wallet(2);
  of.sign(folder.path);
  of.run(unlock + "update ledger_entries set reason = 'forged' where seq = 3 and household_id = '" +
         to_string(altered.household) + "'");
  const auto broken = of.compared(folder.path);
  REQUIRE(broken.size() == 1);
  CHECK(broken[0].household == altered.household);
  CHECK(broken[0].seq == 3);
}

TEST_CASE("W2 a checkpoint that somebody else signed is compared with nothing and not replaced") {
  ledger of("checkpoint_foreign");
  const temporary_folder folder;
  of.a_wallet(1);
  of.sign(folder.path);
  storage::checkpoint_options options;
  options.url = of.url();
  options.folder = folder.path;
  const server_secret other{"some other secret of thirty-two characters"};
  CHECK_FALSE(storage::write_checkpoint(options, other));
  CHECK(of.compared(folder.path).empty());
}

TEST_CASE("W2 a running server signs soon after its start and again, and stops in the middle of it") {
  ledger of("checkpoint_thread");
  const temporary_folder folder;
  of.a_wallet(2);
  config::settings settings;
  settings.ledger.checkpoint_dir = folder.path.string();
  settings.ledger.checkpoint_after_start = std::chrono::milliseconds{1};
  settings.ledger.checkpoint_every = std::chrono::milliseconds{1};
  std::atomic<int> written{0};
  std::atomic<int> failed{0};
  storage::checkpoint_log log{[&](std::string_view) { ++written; }, [&](std::string_view) { ++failed; }};
  auto running = storage::start_checkpoints(of.url(), settings, secret, log);
  CHECK(eventually([&] { return written >= 3; }));
  running->stop();
  CHECK(failed == 0);
  CHECK(of.compared(folder.path).empty());
  // A lock holds the next one up; stopping does not wait for it.
  auto open = storage::connect_blocking(of.url());
  REQUIRE(open);
  REQUIRE(storage::query(open->get(), "begin; lock table wallets in access exclusive mode"));
  settings.ledger.checkpoint_dir = (folder.path / "blocked").string();
  running = storage::start_checkpoints(of.url(), settings, secret, log);
  REQUIRE(eventually(
      [] { return sql("select count(*) from pg_stat_activity where wait_event_type = 'Lock'") != "0"; }));
  const auto began = std::chrono::steady_clock::now();
  running->stop();
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{3});
  CHECK(failed == 0);
  CHECK_FALSE(storage::newest_checkpoint(folder.path / "blocked"));
  CHECK(fs::is_empty(folder.path / "blocked"));
}

TEST_CASE("W2 a running server that finds a loss says so") {
  ledger of("checkpoint_loss");
  const temporary_folder folder;
  const auto robbed = of.a_wallet(3);
  of.sign(folder.path);
  of.truncate(robbed, 1);
  config::settings settings;
  settings.ledger.checkpoint_dir = folder.path.string();
  settings.ledger.checkpoint_after_start = std::chrono::milliseconds{1};
  std::mutex mutex;
  std::string told;
  const auto running = storage::start_checkpoints(of.url(), settings, secret,
                                                  {[](std::string_view) {},
                                                   [&](std::string_view line) {
                                                     const std::lock_guard lock{mutex};
                                                     told += std::string{line} + "\n";
                                                   }});
  CHECK(eventually([&] {
    const std::lock_guard lock{mutex};
    return told.find("wallet " + to_string(robbed.household) + " entry 2") != std::string::npos &&
           told.find("no checkpoint: 1 wallets") != std::string::npos;
  }));
}
