#include "tests/pg/database.hpp"
#include "tests/pg/proxy.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <random>

using namespace foyer;
using namespace foyer::tests;

namespace {

commit new_wallet(const household_id& household) {
  constexpr amount balance = 1;
  commit rows;
  rows.wallets.push_back(a_wallet(fresh_id<organisation_id>(), household, 0, balance));
  rows.entries.push_back(an_entry(rows.wallets.back(), 1, balance));
  return rows;
}

commit changed_wallet(const household_id& household, std::int64_t expected, amount balance) {
  commit rows;
  rows.wallets.push_back(a_wallet(fresh_id<organisation_id>(), household, expected, balance));
  return rows;
}

std::string balance_of(const household_id& household) {
  return sql("select balance from wallets where household_id = '" + to_string(household) + "'");
}

config::settings quick() {
  config::settings out;
  out.database.reconnect_max = std::chrono::milliseconds{100};
  return out;
}

/// Ends every journal's backend; true when there was one.
bool end_journals() {
  return sql("select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name like "
             "'foyer-journal-%'") != "0";
}

bool blocked_journal() {
  return sql("select count(*) from pg_stat_activity where application_name like 'foyer-journal-%' and "
             "wait_event_type = 'Lock'") != "0";
}

} // namespace

TEST_CASE("journal: a backend that dies before the commit leaves nothing, and that is known for certain") {
  running_journal journal(quick());
  const auto household = fresh_id<household_id>();
  REQUIRE(journal.append_and_wait(new_wallet(household)).status == commit_status::committed);
  session other;
  other.run("begin");
  other.run("select 1 from wallets where household_id = '" + to_string(household) + "' for update");
  auto blocked = journal.append(changed_wallet(household, 1, 5));
  REQUIRE(eventually(blocked_journal));
  auto waiting = journal.append(new_wallet(fresh_id<household_id>()));
  REQUIRE(end_journals());
  CHECK(blocked.get().status == commit_status::lost);
  CHECK(waiting.get().status == commit_status::lost);
  other.run("rollback");
  REQUIRE(eventually([&] { return journal.journal->ready(); }));
  CHECK(balance_of(household) == "1");
  CHECK(journal.append_and_wait(changed_wallet(household, 1, 5)).status == commit_status::committed);
  CHECK(journal.journal->stats().reconnects == 1);
}

TEST_CASE("journal: a connection cut after the commit, before its answer, still tells that it landed") {
  proxy between;
  running_journal journal(quick(), {}, between.url());
  const auto household = fresh_id<household_id>();
  between.hold_answers();
  auto outcome = journal.append(new_wallet(household));
  REQUIRE(eventually([&] { return balance_of(household) == "1"; }));
  between.cut();
  CHECK(outcome.get().status == commit_status::committed);
  CHECK(balance_of(household) == "1");
}

TEST_CASE("journal: a connection cut in the middle of a batch leaves nothing of it") {
  proxy between;
  running_journal journal(quick(), {}, between.url());
  const auto household = fresh_id<household_id>();
  between.cut_after(300, true);
  CHECK(journal.append_and_wait(new_wallet(household)).status == commit_status::lost);
  CHECK(balance_of(household).empty());
  REQUIRE(eventually([&] { return journal.journal->ready(); }));
  CHECK(journal.append_and_wait(new_wallet(household)).status == commit_status::committed);
}

TEST_CASE("journal: a server that has become silent is given up, and its batch's fate asked elsewhere") {
  proxy between;
  auto settings = quick();
  settings.database.statement_deadline = std::chrono::milliseconds{500};
  running_journal journal(settings, {}, between.url());
  const auto household = fresh_id<household_id>();
  between.hold_answers();
  CHECK(journal.append_and_wait(new_wallet(household)).status == commit_status::committed);
  CHECK(balance_of(household) == "1");
}

TEST_CASE("journal: cut anywhere, any number of times, every answer is true") {
  const auto* given = std::getenv("FOYER_SEED");
  const auto seed = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : 1U;
  INFO("FOYER_SEED=" << seed);
  std::mt19937 random{seed};
  proxy between;
  running_journal journal(quick(), {}, between.url());
  auto landed = 0;
  auto lost = 0;
  for (int round = 0; round < 25; ++round) {
    REQUIRE(eventually([&] { return journal.journal->ready(); }));
    std::vector<household_id> households(20);
    std::vector<std::future<commit_outcome>> outcomes;
    // A batch is about 450 bytes a commit upwards, and 200 bytes downwards in all.
    const auto up = random() % 2 == 0;
    between.cut_after(random() % (up ? 12'000 : 600), up);
    for (auto& household : households) {
      household = fresh_id<household_id>();
      outcomes.push_back(journal.append(new_wallet(household)));
    }
    for (std::size_t i = 0; i < households.size(); ++i) {
      const auto outcome = outcomes[i].get();
      REQUIRE((outcome.status == commit_status::committed || outcome.status == commit_status::lost));
      const auto there = balance_of(households[i]) == "1";
      REQUIRE(there == (outcome.status == commit_status::committed));
      (there ? landed : lost) += 1;
    }
  }
  CHECK(landed > 0);
  CHECK(lost > 0);
}

TEST_CASE("journal: a full queue refuses at once, and nothing that it took is forgotten") {
  auto settings = quick();
  settings.journal.queue_max = 10;
  running_journal journal(settings);
  const auto household = fresh_id<household_id>();
  REQUIRE(journal.append_and_wait(new_wallet(household)).status == commit_status::committed);
  session other;
  other.run("begin");
  other.run("select 1 from wallets where household_id = '" + to_string(household) + "' for update");
  auto blocked = journal.append(changed_wallet(household, 1, 5));
  REQUIRE(eventually(blocked_journal));
  std::vector<std::future<commit_outcome>> taken;
  for (int i = 0; i < 10; ++i) taken.push_back(journal.append(new_wallet(fresh_id<household_id>())));
  const auto refused = journal.append_and_wait(new_wallet(fresh_id<household_id>()));
  CHECK(refused.status == commit_status::lost);
  CHECK(refused.detail == "the journal's queue is full");
  other.run("rollback");
  CHECK(blocked.get().status == commit_status::committed);
  for (auto& each : taken) CHECK(each.get().status == commit_status::committed);
}

TEST_CASE("W3 two processes that change one wallet never both succeed from the same state") {
  running_journal first(quick());
  running_journal second(quick());
  const auto household = fresh_id<household_id>();
  REQUIRE(first.append_and_wait(new_wallet(household)).status == commit_status::committed);
  std::int64_t version = 1;
  for (int round = 0; round < 50; ++round) {
    auto here = first.append(changed_wallet(household, version, version));
    auto there = second.append(changed_wallet(household, version, version));
    const auto one = here.get().status;
    const auto other = there.get().status;
    INFO(round);
    REQUIRE(((one == commit_status::committed) != (other == commit_status::committed)));
    REQUIRE((one == commit_status::stale || other == commit_status::stale));
    ++version;
  }
  CHECK(balance_of(household) == "50");
}

TEST_CASE("journal: without a database everything is refused at once, and drained at once") {
  running_context context;
  auto journal = storage::create_journal(context.context, quick(), "host=/nonexistent", {});
  std::promise<commit_outcome> outcome;
  journal->append(new_wallet(fresh_id<household_id>()),
                  [&](const commit_outcome& is) { outcome.set_value(is); });
  CHECK(outcome.get_future().get().status == commit_status::lost);
  CHECK_FALSE(journal->ready());
  std::promise<void> drained;
  journal->drain([&] { drained.set_value(); });
  drained.get_future().wait();
}
