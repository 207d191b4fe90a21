#include "storage/journal_queue.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <set>

using namespace foyer;
using foyer::storage::journal_queue;
using step = foyer::storage::journal_queue::step;

namespace {

/// A commit that can be told from others by the amount of its one ledger row.
journal_queue::entry numbered(amount number) {
  journal_queue::entry out;
  out.rows.entries.resize(1);
  out.rows.entries[0].change = number;
  return out;
}

amount number_of(const commit& rows) {
  return rows.entries[0].change;
}

struct fate {
  amount number;
  commit_status status;
  friend bool operator==(const fate&, const fate&) = default;
};

std::vector<fate> fates(journal_queue& queue) {
  std::vector<fate> out;
  for (const auto& each : queue.take_settled()) out.push_back({number_of(each.of.rows), each.outcome.status});
  return out;
}

journal_queue connected_with(int count, std::size_t batch_max = 64) {
  journal_queue out{batch_max};
  out.connected(0);
  for (int i = 1; i <= count; ++i) out.push(numbered(i));
  return out;
}

const storage::pg::failure stale{"FY001", "", "guard wallets", ""};

constexpr auto ok = commit_status::committed;
constexpr auto lost = commit_status::lost;

} // namespace

TEST_CASE("journal queue: one batch is in flight, what comes meanwhile fills the next") {
  auto queue = connected_with(1);
  REQUIRE(queue.next() == step::send);
  CHECK(queue.batch_number() == 1);
  queue.push(numbered(2));
  queue.push(numbered(3));
  CHECK(queue.next() == step::wait);
  CHECK(queue.waiting() == 2);
  queue.landed();
  CHECK(fates(queue) == std::vector<fate>{{1, ok}});
  REQUIRE(queue.next() == step::send);
  CHECK(queue.batch().commits().size() == 2);
  CHECK(queue.batch_number() == 2);
  queue.landed();
  CHECK(fates(queue) == std::vector<fate>{{2, ok}, {3, ok}});
  CHECK(queue.next() == step::wait);
  CHECK(queue.idle());
}

TEST_CASE("journal queue: a batch has a largest size") {
  auto queue = connected_with(5, 2);
  REQUIRE(queue.next() == step::send);
  CHECK(queue.batch().commits().size() == 2);
}

TEST_CASE("journal queue: a refused batch is halved until the one to blame stands alone, in order") {
  auto queue = connected_with(7);
  std::vector<fate> all;
  auto guard = 0;
  while (queue.next() == step::send && ++guard < 100) {
    auto bad = false;
    for (const auto* rows : queue.batch().commits()) bad = bad || number_of(*rows) == 5;
    if (bad)
      queue.refused(stale);
    else
      queue.landed();
    for (const auto& each : fates(queue)) all.push_back(each);
  }
  REQUIRE(all.size() == 7);
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(all[i] == fate{static_cast<amount>(i + 1), i == 4 ? commit_status::stale : ok});
}

TEST_CASE("journal queue: any set of refused commits fails alone, whatever the batches are") {
  std::mt19937 random{7};
  for (int round = 0; round < 300; ++round) {
    const auto count = static_cast<int>(random() % 40) + 1;
    auto queue = connected_with(0, random() % 16 + 1);
    std::set<amount> bad;
    for (int i = 1; i <= count; ++i) {
      if (random() % 5 == 0) bad.insert(i);
    }
    auto pushed = 0;
    std::vector<fate> all;
    auto guard = 0;
    while (all.size() < static_cast<std::size_t>(count)) {
      REQUIRE(++guard < 2'000);
      for (auto more = random() % 8; more > 0 && pushed < count; --more) queue.push(numbered(++pushed));
      if (queue.next() != step::send) continue;
      auto refused = false;
      for (const auto* rows : queue.batch().commits()) refused = refused || bad.contains(number_of(*rows));
      if (refused)
        queue.refused(stale);
      else
        queue.landed();
      for (const auto& each : fates(queue)) all.push_back(each);
    }
    for (int i = 1; i <= count; ++i) {
      const auto expected = bad.contains(i) ? commit_status::stale : ok;
      REQUIRE(all[static_cast<std::size_t>(i - 1)] == fate{i, expected});
    }
  }
}

TEST_CASE("journal queue: a deadlock is tried again, even alone, but not for ever") {
  auto queue = connected_with(1);
  const storage::pg::failure deadlock{"40P01", "", "deadlock detected", ""};
  auto tries = 0;
  while (queue.next() == step::send) {
    REQUIRE(++tries < 10);
    queue.refused(deadlock);
  }
  CHECK(tries == 4);
  CHECK(fates(queue) == std::vector<fate>{{1, commit_status::stale}});
}

TEST_CASE("journal queue: a connection lost with a batch in flight leaves its fate to the next connection") {
  auto queue = connected_with(2, 2);
  queue.push(numbered(3));
  REQUIRE(queue.next() == step::send);
  const auto number = queue.batch_number();
  queue.disconnected();
  CHECK(fates(queue) == std::vector<fate>{{3, lost}});
  CHECK_FALSE(queue.idle());
  queue.push(numbered(4));
  CHECK(fates(queue) == std::vector<fate>{{4, lost}});
  CHECK(queue.next() == step::wait);

  SECTION("it had landed") {
    queue.connected(number);
    CHECK(fates(queue) == std::vector<fate>{{1, ok}, {2, ok}});
  }
  SECTION("it had not") {
    queue.connected(number - 1);
    CHECK(fates(queue) == std::vector<fate>{{1, lost}, {2, lost}});
  }
  queue.push(numbered(5));
  REQUIRE(queue.next() == step::send);
  CHECK(queue.batch_number() > number);
}

TEST_CASE("journal queue: a connection whose epoch is over is replaced, and its batch's fate asked") {
  auto queue = connected_with(1);
  REQUIRE(queue.next() == step::send);
  queue.refused({"FY001", "", "guard journal", ""});
  CHECK(queue.next() == step::reconnect);
  CHECK(fates(queue).empty());
  queue.disconnected();
  queue.connected(0);
  CHECK(fates(queue) == std::vector<fate>{{1, lost}});
}

TEST_CASE("journal queue: a database that can't write is not asked commit by commit") {
  auto queue = connected_with(3);
  REQUIRE(queue.next() == step::send);
  queue.refused({"53100", "", "could not extend file: No space left on device", ""});
  CHECK(fates(queue) == std::vector<fate>{{1, lost}, {2, lost}, {3, lost}});
}

TEST_CASE("journal queue: a commit that contradicts itself is told so and holds nobody up") {
  auto queue = connected_with(1);
  auto broken = numbered(2);
  broken.rows.wallets.resize(2);
  queue.push(std::move(broken));
  queue.push(numbered(3));
  REQUIRE(queue.next() == step::send);
  queue.landed();
  REQUIRE(queue.next() == step::send);
  queue.landed();
  CHECK(fates(queue) == std::vector<fate>{{1, ok}, {2, commit_status::stale}, {3, ok}});
}

TEST_CASE("journal: what a failure means for the commit") {
  struct row {
    const char* sqlstate;
    const char* constraint;
    commit_status status;
  };
  const row table[] = {{"FY001", "", commit_status::stale},
                       {"40P01", "", commit_status::stale},
                       {"23505", "idempotency_pkey", commit_status::conflict},
                       {"23505", "accounts_email_key_key", commit_status::conflict},
                       {"23505", "wallets_pkey", commit_status::stale},
                       {"23505", "ledger_entries_pkey", commit_status::stale},
                       {"23514", "offer_stock_capacity", commit_status::rejected},
                       {"23514", "wallets_floor", commit_status::rejected},
                       {"22001", "", commit_status::rejected},
                       {"53100", "", commit_status::lost},
                       {"57014", "", commit_status::lost},
                       {"25006", "", commit_status::lost}};
  for (const auto& each : table) {
    INFO(each.sqlstate << " " << each.constraint);
    const auto outcome = storage::outcome_of({each.sqlstate, each.constraint, "why", ""});
    CHECK(outcome.status == each.status);
    CHECK(outcome.constraint == each.constraint);
  }
}
