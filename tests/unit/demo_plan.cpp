#include "actors/organisation/setup.hpp"
#include "demo/calendar.hpp"
#include "demo/csv.hpp"
#include "demo/plan.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>

using namespace foyer;
using namespace foyer::demo;
using namespace std::chrono_literals;

namespace {

const time_point founded = std::chrono::sys_days{std::chrono::year{2025} / 10 / 18} + 9h;
constexpr std::uint64_t seed = 2026;

/// What a household has done with its account, act by act.
struct account_book {
  amount balance = 0;
  amount lowest = 0;
};

amount total_of(const plan& of, const purchase& what) {
  amount sum = 0;
  for (const auto& line : what.lines)
    for (const auto& each : of.offers)
      if (each.id == line.offer) sum += each.what.find_rate(line.rate)->price * line.quantity;
  return sum;
}

account_book book_of(const plan& of, const client& who) {
  account_book book;
  for (const auto& each : who.acts) {
    if (const auto* entry = std::get_if<money_entry>(&each)) {
      book.balance += entry->change;
    } else {
      const auto& order = std::get<purchase>(each);
      for (const auto& part : order.payments)
        if (part.method == checkout::payment_method::wallet) book.balance -= total_of(of, order);
    }
    book.lowest = std::min(book.lowest, book.balance);
  }
  return book;
}

time_point time_of(const act& what) {
  return std::visit([](const auto& each) { return each.at; }, what);
}

} // namespace

TEST_CASE("the demonstration is the same for the same seed and another for another") {
  const auto one = make_plan(seed, founded);
  const auto same = make_plan(seed, founded);
  const auto other = make_plan(seed + 1, founded);
  REQUIRE(one.clients.size() == household_count);
  bool differs = false;
  for (std::size_t i = 0; i < one.clients.size(); ++i) {
    const auto& a = one.clients[i];
    const auto& b = same.clients[i];
    CHECK(a.who.id == b.who.id);
    CHECK(a.who.number == b.who.number);
    CHECK(a.who.members.front().last_name == b.who.members.front().last_name);
    CHECK(a.acts.size() == b.acts.size());
    differs = differs || a.who.members.front().last_name != other.clients[i].who.members.front().last_name;
  }
  CHECK(differs);
}

TEST_CASE("Claire has a family of four and exactly 120.00 left") {
  const auto made = make_plan(seed, founded);
  const auto& claire = made.clients.front();
  CHECK(claire.who.members.size() == 4);
  CHECK(claire.who.account == made.account(buyer_email).id);
  CHECK(book_of(made, claire).balance == claires_balance);
  CHECK(book_of(made, claire).lowest == 0);
}

TEST_CASE("O3 the demonstration sells no place twice and leaves some for newcomers") {
  const auto made = make_plan(seed, founded);
  std::map<offer_id, std::int64_t> sold;
  for (const auto& who : made.clients)
    for (const auto& each : who.acts)
      if (const auto* order = std::get_if<purchase>(&each))
        for (const auto& line : order->lines) sold[line.offer] += line.quantity;
  std::set<offer::kind> kinds;
  std::set<uuid> events;
  for (const auto& each : made.offers) {
    kinds.insert(each.what.kind);
    if (each.what.event) events.insert(*each.what.event);
    REQUIRE_FALSE(each.what.rates.empty());
    CHECK(each.what.sales_from < made.base);
    if (each.what.capacity) CHECK(sold[each.id] <= *each.what.capacity);
    if (each.what.starts_at) CHECK(*each.what.starts_at > made.base);
  }
  CHECK(kinds.size() == 7);
  CHECK(events.size() == 8);
}

TEST_CASE("W3 balances of the demonstration are positive, negative and never below the floor") {
  const auto made = make_plan(seed, founded);
  int above = 0;
  int below = 0;
  const auto floor = made.organisation.options.floor_of(organisation::role::box_office);
  for (const auto& who : made.clients) {
    const auto book = book_of(made, who);
    above += book.balance > 0 ? 1 : 0;
    below += book.balance < 0 ? 1 : 0;
    CHECK(book.lowest >= floor);
  }
  CHECK(above > 30);
  CHECK(below > 5);
}

TEST_CASE("H4 households of the demonstration have every status, and their acts are in order of time") {
  const auto made = make_plan(seed, founded);
  std::map<household::status, int> by_status;
  std::set<std::string> numbers, emails, usernames;
  for (const auto& who : made.clients) {
    ++by_status[who.who.status];
    CHECK(numbers.insert(who.who.number).second);
    if (!who.who.email.empty()) CHECK(emails.insert(who.who.email_key).second);
    if (who.account) CHECK(usernames.insert(who.account->username_key).second);
    CHECK(age_of(*who.who.responsible_member(), made.base) >= 18);
    auto before = who.who.created_at;
    for (const auto& each : who.acts) {
      CHECK(time_of(each) >= before);
      CHECK(time_of(each) <= made.base);
      before = time_of(each);
    }
  }
  CHECK(by_status.size() == 3);
  // The last one is written when all others are complete.
  CHECK(made.clients.back().acts.empty());
}

TEST_CASE("times of the programme are those of Paris, in summer and winter") {
  using namespace std::chrono;
  CHECK(in_paris(sys_days{year{2026} / 7 / 14}, 20h + 30min) == sys_days{year{2026} / 7 / 14} + 18h + 30min);
  CHECK(in_paris(sys_days{year{2026} / 12 / 5}, 20h + 30min) == sys_days{year{2026} / 12 / 5} + 19h + 30min);
  // 25 October 2026 is the Sunday on which summer time ends.
  CHECK(in_paris(sys_days{year{2026} / 10 / 24}, 12h) == sys_days{year{2026} / 10 / 24} + 10h);
  CHECK(in_paris(sys_days{year{2026} / 10 / 25}, 12h) == sys_days{year{2026} / 10 / 25} + 11h);
  const auto monday = sys_days{year{2026} / 11 / 23};
  CHECK(weekday_after(monday, 0, "fri") == monday + days{4});
  CHECK(weekday_after(monday, 1, "mon") == monday + days{14});
  CHECK_THROWS(weekday_after(monday, 0, "friday"));
}

TEST_CASE("a table reads quotes, commas and empty cells, and names its mistakes") {
  const table one{"one.csv", "a,b,c\n\"x, \"\"y\"\"\",,3\nlast,no,\n"};
  REQUIRE(one.size() == 2);
  CHECK(one.at(0).text("a") == "x, \"y\"");
  CHECK_FALSE(one.at(0).maybe_number("b"));
  CHECK(one.at(0).number("c") == 3);
  CHECK_FALSE(one.at(1).flag("b"));
  CHECK_THROWS_WITH(one.at(1).number("a"), "one.csv, line 3: a is \"last\"");
  CHECK_THROWS_WITH(one.at(1).text("d"), "one.csv has no column d");
  CHECK_THROWS(table{"two.csv", "a,b\n1\n"});
}

TEST_CASE("an organisation begins with an open online shop and a counter") {
  const auto made =
      organisation::new_organisation(organisation_id{}, "petit", "Petit théâtre", currency{}, "fr", founded);
  REQUIRE(made.shops.size() == 2);
  CHECK(made.find_shop("online")->customer_space_open);
  CHECK(made.find_shop("counter")->box_office);
  commit rows;
  organisation::write_new(made, rows);
  CHECK(rows.cold.size() == 3);
  CHECK(organisation::is_slug("theatre-2"));
  for (const auto* wrong : {"", "-a", "Théâtre", "a b", "A"}) CHECK_FALSE(organisation::is_slug(wrong));
}
