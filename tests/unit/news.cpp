#include "actors/news.hpp"

#include <catch2/catch.hpp>

using namespace foyer;

namespace {

const organisation_id house{new_uuid(1)};
const organisation_id elsewhere{new_uuid(2)};

commit changed(const organisation_id& at, const household_id& whose) {
  household_row row;
  row.organisation = at;
  row.id = whose;
  commit out;
  out.cold.emplace_back(row);
  return out;
}

} // namespace

TEST_CASE("S9 readers hear of their organisation, or of their household alone") {
  news_board board;
  int woken = 0;
  const household_id mine{new_uuid(3)};
  const household_id other{new_uuid(4)};
  const auto all = board.subscribe(house, std::nullopt, [&] { ++woken; });
  const auto one = board.subscribe(house, mine, [] {});
  board.tell(changed(house, mine));
  board.tell(changed(house, mine));
  board.tell(changed(house, other));
  board.tell(changed(elsewhere, other));
  CHECK(woken == 3);
  CHECK(all->take().items.size() == 2); // the same news are told once
  CHECK(all->take().items.empty());
  const auto own = one->take();
  REQUIRE(own.items.size() == 1);
  CHECK(own.items[0].household == mine);
}

TEST_CASE("S9 a sale is told as order, tickets and wallet, a later change by its stock's organisation") {
  news_board board;
  const auto all = board.subscribe(house, std::nullopt, [] {});
  commit sale;
  sale.wallets.push_back({});
  sale.wallets[0].organisation = house;
  sale.orders.push_back({});
  sale.tickets.push_back({});
  board.tell(sale);
  CHECK(all->take().items.size() == 3);
  commit paid;
  paid.stock.push_back({});
  paid.stock[0].organisation = house;
  paid.cold.emplace_back(order_changed{});
  board.tell(paid);
  CHECK(all->take().items.size() == 2);
}

TEST_CASE("S9 a reader that is behind is told to look again, and a muted one is not woken") {
  news_board board;
  int woken = 0;
  auto slow = board.subscribe(house, std::nullopt, [&] { ++woken; });
  slow->mute(true);
  for (std::int64_t i = 0; i < 1'000; ++i) board.tell(changed(house, household_id{new_uuid(i + 10)}));
  CHECK(woken == 0);
  const auto news = slow->take();
  CHECK(news.missed);
  CHECK(news.items.empty());
  slow->mute(false);
  board.tell(changed(house, household_id{new_uuid(5)}));
  CHECK(woken == 1);
  slow.reset();
  board.tell(changed(house, household_id{new_uuid(6)})); // nobody reads: nothing is kept
  CHECK(woken == 1);
}
