#include "actors/household/household.hpp"
#include "actors/wallet/wallet.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
namespace hh = foyer::household;
using side = wallet::transfer::side;

namespace {

template <class Id>
Id numbered(std::uint8_t number) {
  Id out;
  out.value.bytes[15] = number;
  return out;
}

constexpr time_point at{std::chrono::microseconds{7}};

hh::state a_household(std::uint8_t number) {
  hh::person person;
  person.first_name = "Claire";
  person.last_name = "Morel";
  return hh::first_household(numbered<organisation_id>(1), numbered<household_id>(number),
                             numbered<member_id>(number), person, "C-" + std::to_string(number), "fr", at);
}

hh::state linked(hh::state of, std::uint8_t account) {
  of.account = numbered<account_id>(account);
  of.account_username = "cmorel";
  of.linked_at = at;
  of.box_office_since = at;
  of.status = hh::status::accepted;
  of.tags.emplace_back(hh::online_account_tag);
  return of;
}

wallet::state a_purse(std::uint8_t number, amount balance, amount held = 0) {
  wallet::state out;
  out.household = numbered<household_id>(number);
  out.version = 5;
  out.balance = balance;
  out.held = held;
  out.entries_count = 3;
  return out;
}

wallet::transfer a_transfer(side which) {
  wallet::transfer out;
  out.organisation = numbered<organisation_id>(1);
  out.which = which;
  out.by = {wallet::actor_kind::staff, {}, at};
  out.id = numbered<entry_id>(9);
  return out;
}

commit merging() {
  commit rows;
  rows.cold.emplace_back(households_merged_row{});
  return rows;
}

const households_merged_row& merge_in(const commit& rows) {
  return std::get<households_merged_row>(rows.cold.front());
}

struct pair {
  wallet::state from;
  wallet::state into;
  commit rows;
};

// Both wallets of a merge, one after the other, as they decide it.
outcome<pair> merged(const wallet::state& from, const wallet::state& into, std::optional<amount> floor = {}) {
  auto close = a_transfer(side::close);
  close.rows = merging();
  auto closed = decide(from, close);
  if (!closed) return closed.error();
  auto receive = a_transfer(side::receive);
  receive.staff_floor = floor;
  receive.rows = std::move(closed->rows);
  auto received = decide(into, receive);
  if (!received) return received.error();
  return pair{closed->next, received->next, std::move(received->rows)};
}

} // namespace

TEST_CASE("H9 the balance leaves one wallet and arrives in the other, by two entries") {
  for (const amount moved : {amount{700}, amount{-300}}) {
    const auto done = merged(a_purse(2, moved), a_purse(1, 400));
    REQUIRE(done);
    CHECK(done->from.balance == 0);
    CHECK(done->from.closed);
    CHECK(done->into.balance == 400 + moved);
    REQUIRE(done->rows.entries.size() == 2);
    CHECK(done->rows.entries[0].change + done->rows.entries[1].change == 0);
    CHECK(done->rows.entries[0].kind == static_cast<int>(wallet::entry_kind::transfer));
    CHECK(merge_in(done->rows).moved == moved);
    CHECK(merge_in(done->rows).from_entries == 4);
    CHECK(merge_in(done->rows).into_entries == 4);
    REQUIRE(done->rows.wallets.size() == 2);
    CHECK(done->rows.wallets[0].expected_version == 5);
    CHECK(done->rows.wallets[0].version != 5);
  }
}

TEST_CASE("H9 an empty wallet is closed too, for other processes as well") {
  const auto done = merged(a_purse(2, 0), a_purse(1, 400));
  REQUIRE(done);
  CHECK(done->rows.entries.empty());
  REQUIRE(done->rows.wallets.size() == 1);
  CHECK(done->rows.wallets[0].household == numbered<household_id>(2));
  CHECK(done->from.version != 5);
}

TEST_CASE("H9 nothing happens in a wallet that was closed") {
  auto purse = a_purse(2, 0);
  purse.closed = true;
  wallet::pay pay;
  pay.sum = 1;
  CHECK(decide(purse, pay).error().code == errc::household_merged);
  wallet::hold hold;
  hold.sum = 1;
  CHECK(decide(purse, hold).error().code == errc::household_merged);
  wallet::settle_hold settle;
  settle.refund = 1;
  CHECK(decide(purse, settle).error().code == errc::household_merged);
  wallet::record record;
  record.change = 1;
  CHECK(decide(purse, record).error().code == errc::household_merged);
  CHECK(decide(purse, wallet::set_floor{}).error().code == errc::household_merged);
  CHECK(decide(purse, wallet::carry{}).error().code == errc::household_merged);
  CHECK(decide(purse, a_transfer(side::close)).error().code == errc::household_merged);
  CHECK(decide(purse, a_transfer(side::receive)).error().code == errc::household_merged);
}

TEST_CASE("H9 what is held keeps a wallet from being emptied, not from receiving") {
  CHECK(merged(a_purse(2, 700, 200), a_purse(1, 0)).error().code == errc::holds_open);
  CHECK(merged(a_purse(2, 700), a_purse(1, 400, 200)));
}

TEST_CASE("W3 a debt that arrives goes no deeper than the floor, unless its owner takes it along") {
  const auto refused = merged(a_purse(2, -300), a_purse(1, -100), -350);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::floor_exceeded);
  CHECK(refused.error().room == 250);
  CHECK(merged(a_purse(2, -300), a_purse(1, -100), -400));
  auto receive = a_transfer(side::receive);
  receive.debts_too = true;
  receive.rows = merging();
  std::get<households_merged_row>(receive.rows.cold.front()).moved = -300;
  const auto owed = decide(a_purse(1, 0), receive);
  REQUIRE(owed);
  CHECK(owed->next.balance == -300);
  CHECK(owed->next.lowest == -300);
}

TEST_CASE("H9 undone, both wallets are as they were, unless something came since") {
  const auto done = merged(a_purse(2, 700), a_purse(1, 400));
  REQUIRE(done);
  auto reopen = a_transfer(side::reopen);
  reopen.sum = 700;
  reopen.entries_then = 4;
  const auto back = decide(done->from, reopen);
  REQUIRE(back);
  CHECK(back->next.balance == 700);
  CHECK_FALSE(back->next.closed);
  auto give = a_transfer(side::give_back);
  give.sum = 700;
  give.entries_then = 4;
  give.rows = back->rows;
  const auto given = decide(done->into, give);
  REQUIRE(given);
  CHECK(given->next.balance == 400);
  CHECK(given->rows.entries.size() == 2);
  CHECK(decide(back->next, reopen).error().code == errc::household_merged);
  auto spent = done->into;
  ++spent.entries_count;
  const auto why = decide(spent, give).error();
  CHECK(why.code == errc::newer_changes);
  REQUIRE(why.fields.size() == 1);
  CHECK(why.fields[0].field == "wallet");
}

TEST_CASE("H9 a household takes up members, tags, the link and what it did not know") {
  auto into = a_household(1);
  into.tags = {"abonnés"};
  into.phone = "1";
  auto from = linked(a_household(2), 7);
  from.tags.push_back("abonnés");
  from.tags.push_back("mécènes");
  from.phone = "2";
  from.email = "Claire@example.org";
  from.email_key = "claire@example.org";
  hh::absorb absorb;
  absorb.from = from;
  absorb.rows = merging();
  const auto joined = decide(into, absorb);
  REQUIRE(joined);
  const auto& next = joined->next;
  CHECK(next.members.size() == 2);
  CHECK(next.responsible == into.responsible);
  CHECK(next.tags == std::vector<std::string>{"abonnés", "compte en ligne", "mécènes"});
  CHECK(next.phone == "1");
  CHECK(next.email_key == "claire@example.org");
  CHECK(next.account == from.account);
  CHECK(next.status == hh::status::accepted);
  CHECK(merge_in(joined->rows).into_version == next.version);

  hh::leave leave;
  leave.into = into.id;
  leave.expected_version = from.version;
  leave.rows = merging();
  const auto left = decide(from, leave);
  REQUIRE(left);
  CHECK(left->next.merged_into == into.id);
  CHECK(left->next.archived);
  CHECK(left->next.members.empty());
  CHECK_FALSE(left->next.account);
  CHECK(left->next.tags == std::vector<std::string>{"abonnés", "mécènes"});
  CHECK(merge_in(left->rows).from_version == left->next.version);
  hh::change change;
  change.archived = false;
  CHECK(decide(left->next, change).error().code == errc::household_merged);
  CHECK(decide(left->next, hh::link_account{}).error().code == errc::household_merged);
  ++leave.expected_version;
  CHECK(decide(from, leave).error().code == errc::version_conflict);

  hh::restore back;
  back.to = from;
  back.expected_version = left->next.version;
  const auto restored = decide(left->next, back);
  REQUIRE(restored);
  CHECK(restored->next.version == left->next.version + 1);
  CHECK(restored->next.members.size() == 1);
  CHECK(restored->next.account == from.account);
  CHECK_FALSE(restored->next.merged_into);
  CHECK(decide(restored->next, back).error().code == errc::newer_changes);
}

TEST_CASE("H9 two links, too many members, itself and other organisations are refused") {
  const auto into = linked(a_household(1), 7);
  hh::absorb absorb;
  absorb.from = linked(a_household(2), 8);
  CHECK(decide(into, absorb).error().code == errc::other_account);
  absorb.from = into;
  CHECK(decide(into, absorb).error().code == errc::conflict);
  absorb.from = a_household(2);
  while (absorb.from.members.size() < hh::members_max) absorb.from.members.push_back({});
  CHECK(decide(into, absorb).error().code == errc::conflict);
  absorb.from = a_household(2);
  absorb.from.organisation = numbered<organisation_id>(2);
  CHECK(decide(into, absorb).error().code == errc::not_found);
  absorb.from = a_household(2);
  absorb.from.merged_into = into.id;
  CHECK(decide(into, absorb).error().code == errc::household_merged);
}

TEST_CASE("H7 a link shows what comes after it, and takes the account's household along") {
  hh::absorb absorb;
  absorb.from = linked(a_household(2), 7);
  absorb.from.everything_shown = true;
  const time_point now{std::chrono::microseconds{99}};
  absorb.linked = hh::link{numbered<account_id>(7), "cmorel", now, false, now};
  const auto joined = decide(a_household(1), absorb);
  REQUIRE(joined);
  CHECK(joined->next.box_office_since == now);
  CHECK(joined->next.linked_at == now);
  CHECK_FALSE(joined->next.everything_shown);
  absorb.linked->account = numbered<account_id>(8);
  CHECK(decide(a_household(1), absorb).error().code == errc::other_account);
}

TEST_CASE("H7 unlinked, the account has a new household in the same commit, behind the row that lets it go") {
  const auto home = linked(a_household(1), 7);
  hh::unlink_account unlink;
  unlink.linked = home.account;
  unlink.instead = linked(a_household(3), 7);
  const auto apart = decide(home, unlink);
  REQUIRE(apart);
  CHECK_FALSE(apart->next.account);
  REQUIRE(apart->rows.cold.size() == 2);
  CHECK_FALSE(std::get<household_row>(apart->rows.cold[0]).account);
  CHECK(std::get<household_row>(apart->rows.cold[1]).account == home.account);
  unlink.linked = numbered<account_id>(8);
  CHECK(decide(home, unlink).error().code == errc::conflict);
}

TEST_CASE("H7 nobody sets the tag of a link or takes it away by hand") {
  hh::change change;
  change.tags = {"compte en ligne", "abonnés"};
  CHECK(decide(a_household(1), change)->next.tags == std::vector<std::string>{"abonnés"});
  change.tags = std::vector<std::string>{"abonnés"};
  CHECK(decide(linked(a_household(1), 7), change)->next.tags ==
        std::vector<std::string>{"abonnés", "compte en ligne"});
}
