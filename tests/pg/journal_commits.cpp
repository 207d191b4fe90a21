#include "tests/pg/database.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace foyer::tests;

namespace {

commit top_up(const organisation_id& organisation, const household_id& household, std::int64_t expected,
              amount balance, amount change) {
  commit rows;
  rows.wallets.push_back(a_wallet(organisation, household, expected, balance));
  rows.entries.push_back(an_entry(rows.wallets.back(), expected + 1, change));
  return rows;
}

std::string balance_of(const household_id& household) {
  return sql("select balance from wallets where household_id = '" + to_string(household) + "'");
}

} // namespace

TEST_CASE("journal: a new wallet with its first entry is durable when the answer comes") {
  running_journal journal;
  const auto household = fresh_id<household_id>();
  const auto outcome =
      journal.append_and_wait(top_up(fresh_id<organisation_id>(), household, 0, 5'000, 5'000));
  INFO(outcome.constraint << " " << outcome.detail);
  REQUIRE(outcome.status == commit_status::committed);
  CHECK(balance_of(household) == "5000");
  CHECK(sql("select count(*) from ledger_entries where household_id = '" + to_string(household) + "'") ==
        "1");
  CHECK(journal.journal->stats().commits == 1);
}

TEST_CASE("journal: a stale wallet fails alone in a batch whose others land") {
  running_journal journal;
  const auto organisation = fresh_id<organisation_id>();
  std::vector<household_id> households(20);
  for (auto& household : households) {
    household = fresh_id<household_id>();
    REQUIRE(journal.append_and_wait(top_up(organisation, household, 0, 100, 100)).status ==
            commit_status::committed);
  }
  std::vector<commit> all;
  for (std::size_t i = 0; i < households.size(); ++i)
    all.push_back(top_up(organisation, households[i], i == 7 ? 5 : 1, 150, 50));
  const auto outcomes = journal.append_all(std::move(all));
  for (std::size_t i = 0; i < households.size(); ++i) {
    INFO(i << " " << outcomes[i].detail);
    CHECK(outcomes[i].status == (i == 7 ? commit_status::stale : commit_status::committed));
    CHECK(balance_of(households[i]) == (i == 7 ? "100" : "150"));
  }
  CHECK(journal.journal->stats().splits > 0);
}

TEST_CASE("journal: one wallet debited many times in a batch is written once, in order") {
  running_journal journal;
  const auto organisation = fresh_id<organisation_id>();
  const auto household = fresh_id<household_id>();
  std::vector<commit> all;
  for (std::int64_t i = 0; i < 200; ++i) all.push_back(top_up(organisation, household, i, (i + 1) * 10, 10));
  for (const auto& outcome : journal.append_all(std::move(all)))
    CHECK(outcome.status == commit_status::committed);
  CHECK(balance_of(household) == "2000");
  CHECK(sql("select count(*) || ' ' || sum(amount) from ledger_entries where household_id = '" +
            to_string(household) + "'") == "200 2000");
  CHECK(journal.journal->stats().batches < 20);
}

TEST_CASE("journal: a thousand commits at once all land") {
  running_journal journal;
  const auto organisation = fresh_id<organisation_id>();
  std::vector<commit> all;
  for (int i = 0; i < 1'000; ++i) all.push_back(top_up(organisation, fresh_id<household_id>(), 0, 1, 1));
  for (const auto& outcome : journal.append_all(std::move(all)))
    REQUIRE(outcome.status == commit_status::committed);
  CHECK(sql("select count(*) from wallets where organisation_id = '" + to_string(organisation) + "'") ==
        "1000");
}

TEST_CASE("O3 the database refuses places beyond the capacity, alone in its batch") {
  running_journal journal;
  const auto organisation = an_organisation(journal);
  const auto offer = an_offer(journal, organisation, 3);
  std::vector<commit> all(5);
  for (auto& rows : all) rows.stock.push_back({organisation, offer, 1, 0});
  const auto outcomes = journal.append_all(std::move(all));
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    INFO(i << " " << outcomes[i].detail);
    CHECK(outcomes[i].status == (i < 3 ? commit_status::committed : commit_status::rejected));
    if (i >= 3) CHECK(outcomes[i].constraint == "offer_stock_capacity");
  }
  CHECK(sql("select sold from offer_stock where offer_id = '" + to_string(offer) + "'") == "3");
}

TEST_CASE("O3 places of an offer that does not exist are refused") {
  running_journal journal;
  commit rows;
  rows.stock.push_back({fresh_id<organisation_id>(), fresh_id<offer_id>(), 1, 0});
  CHECK(journal.append_and_wait(rows).status == commit_status::stale);
}

TEST_CASE("W5 the second commit with one idempotency key conflicts, and undoes its money") {
  running_journal journal;
  const auto organisation = fresh_id<organisation_id>();
  const auto key = fresh();
  std::vector<commit> all;
  std::vector<household_id> households;
  for (int i = 0; i < 3; ++i) {
    households.push_back(fresh_id<household_id>());
    auto rows = top_up(organisation, households.back(), 0, 100, 100);
    rows.idempotency.push_back({i == 2 ? fresh() : key, fresh_hash(), 201, "{}", noon()});
    all.push_back(std::move(rows));
  }
  const auto outcomes = journal.append_all(std::move(all));
  CHECK(outcomes[0].status == commit_status::committed);
  CHECK(outcomes[1].status == commit_status::conflict);
  CHECK(outcomes[1].constraint == "idempotency_pkey");
  CHECK(outcomes[2].status == commit_status::committed);
  CHECK(balance_of(households[1]).empty());
}

TEST_CASE("W3 the database refuses a balance below the floor") {
  running_journal journal;
  const auto household = fresh_id<household_id>();
  const auto outcome = journal.append_and_wait(top_up(fresh_id<organisation_id>(), household, 0, -1, -1));
  CHECK(outcome.status == commit_status::rejected);
  CHECK(outcome.constraint == "wallets_floor");
}

TEST_CASE("W2 the ledger cannot be changed, deleted or truncated") {
  running_journal journal;
  const auto household = fresh_id<household_id>();
  REQUIRE(journal.append_and_wait(top_up(fresh_id<organisation_id>(), household, 0, 1, 1)).status ==
          commit_status::committed);
  const auto one = " where household_id = '" + to_string(household) + "'";
  CHECK(sql("update ledger_entries set amount = 2" + one) == "ERROR FY002");
  CHECK(sql("delete from ledger_entries" + one) == "ERROR FY002");
  CHECK(sql("truncate ledger_entries") == "ERROR FY002");
}

TEST_CASE("journal: the mailers and the timer hear of what landed") {
  std::atomic<int> woken{0};
  std::atomic<int> deadlines{0};
  storage::journal_hooks hooks;
  hooks.on_mail = [&] { ++woken; };
  hooks.on_deadlines = [&](std::span<const deadline_row> rows) {
    deadlines += static_cast<int>(rows.size());
  };
  running_journal journal({}, hooks);
  commit rows;
  mail_row mail;
  mail.id = fresh_id<mail_id>();
  mail.template_name = "confirmation";
  mail.locale = "fr";
  mail.to_address = "zoe@example.org";
  mail.params = "{}";
  mail.at = noon();
  rows.mails.push_back(mail);
  rows.deadlines.push_back({fresh_id<deadline_id>(), deadline_kind::order_expiry, fresh(), {}, noon()});
  REQUIRE(journal.append_and_wait(rows).status == commit_status::committed);
  CHECK(eventually([&] { return woken == 1 && deadlines == 1; }));
  CHECK(sql("select to_name is null and state = 0 and next_attempt_at = created_at from outbox where id = '" +
            to_string(mail.id) + "'") == "t");
}

TEST_CASE("journal: draining finishes what was appended and refuses what comes later") {
  running_journal journal;
  const auto organisation = fresh_id<organisation_id>();
  std::vector<std::future<commit_outcome>> waiting;
  for (int i = 0; i < 100; ++i)
    waiting.push_back(journal.append(top_up(organisation, fresh_id<household_id>(), 0, 1, 1)));
  std::promise<void> drained;
  journal.journal->drain([&] { drained.set_value(); });
  CHECK(journal.append_and_wait(top_up(organisation, fresh_id<household_id>(), 0, 1, 1)).status ==
        commit_status::lost);
  drained.get_future().wait();
  for (auto& one : waiting) CHECK(one.get().status == commit_status::committed);
  CHECK_FALSE(journal.journal->ready());
}
