#include "storage/journal_batch.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using foyer::storage::journal_batch;

namespace {

household_id household(std::uint8_t number) {
  household_id out;
  out.value.bytes[15] = number;
  return out;
}

offer_id offer(std::uint8_t number) {
  offer_id out;
  out.value.bytes[15] = number;
  return out;
}

wallet_row wallet(std::uint8_t number, std::int64_t expected, amount balance) {
  wallet_row out;
  out.household = household(number);
  out.expected_version = expected;
  out.version = expected + 1;
  out.balance = balance;
  return out;
}

commit with(std::vector<wallet_row> wallets) {
  commit out;
  out.wallets = std::move(wallets);
  return out;
}

} // namespace

TEST_CASE("journal batch: a wallet that occurs again keeps its first expected version and its last state") {
  journal_batch batch;
  const auto first = with({wallet(1, 4, 100)});
  const auto second = with({wallet(1, 5, 90), wallet(2, 0, 10)});
  const auto third = with({wallet(1, 6, 80)});
  REQUIRE(batch.add(first) == journal_batch::fit::joins);
  REQUIRE(batch.add(second) == journal_batch::fit::joins);
  REQUIRE(batch.add(third) == journal_batch::fit::joins);
  REQUIRE(batch.wallets().size() == 2);
  CHECK(batch.wallets()[0].expected_version == 4);
  CHECK(batch.wallets()[0].version == 7);
  CHECK(batch.wallets()[0].balance == 80);
  CHECK(batch.wallets_updated() == 1);
  CHECK(batch.commits().size() == 3);
}

TEST_CASE("journal batch: a new wallet changed again in the same batch stays an insert") {
  journal_batch batch;
  const auto first = with({wallet(1, 0, 100)});
  const auto second = with({wallet(1, 1, 90)});
  REQUIRE(batch.add(first) == journal_batch::fit::joins);
  REQUIRE(batch.add(second) == journal_batch::fit::joins);
  CHECK(batch.wallets()[0].expected_version == 0);
  CHECK(batch.wallets()[0].version == 2);
  CHECK(batch.wallets_updated() == 0);
}

TEST_CASE("journal batch: versions that do not follow each other are not for the same batch") {
  journal_batch batch;
  const auto first = with({wallet(1, 3, 100)});
  const auto reloaded = with({wallet(1, 7, 50)});
  REQUIRE(batch.add(first) == journal_batch::fit::joins);
  CHECK(batch.add(reloaded) == journal_batch::fit::next_batch);
  CHECK(batch.commits().size() == 1);
  CHECK(batch.wallets()[0].version == 4);
  batch.clear();
  CHECK(batch.add(reloaded) == journal_batch::fit::joins);
}

TEST_CASE("journal batch: a commit whose own rows contradict each other joins none") {
  journal_batch batch;
  CHECK(batch.add(with({wallet(1, 3, 100), wallet(1, 3, 90)})) == journal_batch::fit::broken);
  CHECK(batch.empty());
  const auto held_and_paid = with({wallet(1, 3, 100), wallet(1, 4, 90)});
  CHECK(batch.add(held_and_paid) == journal_batch::fit::joins);
  CHECK(batch.wallets()[0].version == 5);
}

TEST_CASE("journal batch: the stock's deltas are summed per offer") {
  journal_batch batch;
  commit first;
  first.stock = {{{}, offer(1), 2, 0}, {{}, offer(2), 0, 1}};
  commit second;
  second.stock = {{{}, offer(1), 1, -1}};
  REQUIRE(batch.add(first) == journal_batch::fit::joins);
  REQUIRE(batch.add(second) == journal_batch::fit::joins);
  REQUIRE(batch.stock().size() == 2);
  CHECK(batch.stock()[0].sold == 3);
  CHECK(batch.stock()[0].held == -1);
  CHECK(batch.stock()[1].held == 1);
}

TEST_CASE("journal batch: a commit of very many rows does not hold up others, but goes through alone") {
  journal_batch batch;
  commit small;
  small.mails.resize(1);
  commit import;
  import.mails.resize(journal_batch::rows_max);
  REQUIRE(batch.add(small) == journal_batch::fit::joins);
  CHECK(batch.add(import) == journal_batch::fit::next_batch);
  batch.clear();
  CHECK(batch.add(import) == journal_batch::fit::joins);
  CHECK(batch.add(small) == journal_batch::fit::next_batch);
}
