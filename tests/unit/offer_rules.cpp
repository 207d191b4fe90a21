#include "actors/offer/offer.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace foyer::offer;
using namespace std::chrono_literals;

namespace {

template <class Id>
Id numbered(std::uint8_t number) {
  Id out;
  out.value.bytes[15] = number;
  return out;
}

const time_point noon{std::chrono::sys_days{std::chrono::year{2026} / 5 / 17} + 12h};

details a_play(std::optional<std::int64_t> capacity = 10) {
  details out;
  out.title = {"Le Cid", "The Cid"};
  out.rates.push_back({numbered<rate_id>(1), {"plein", "full"}, 1'500, {}, {}, {}});
  out.shops = {"online"};
  out.capacity = capacity;
  return out;
}

state on_sale(details what = a_play()) {
  state out;
  out.organisation = numbered<organisation_id>(1);
  out.id = numbered<offer_id>(1);
  out.version = 1;
  out.what = std::make_shared<const details>(std::move(what));
  out.loads = 4;
  return out;
}

reserve places(std::int64_t quantity) {
  return {numbered<organisation_id>(1), "online", quantity, noon, false};
}

template <class Decided>
errc why_not(const Decided& of) {
  REQUIRE_FALSE(of.ok());
  return of.error().code;
}

} // namespace

TEST_CASE("O3 sold, held, reserved and doubtful places are all taken") {
  auto now = on_sale();
  now.sold = 3;
  now.held = 2;
  now.reserved = 1;
  now.doubtful = 2;
  CHECK(now.places_left() == 2);
  const auto made = decide(now, places(2));
  REQUIRE(made);
  CHECK_FALSE(made->durable);
  CHECK(made->next.reserved == 3);
  CHECK(made->next.places_left() == 0);
  CHECK(made->result.loads == 4);
  CHECK(why_not(decide(now, places(3))) == errc::sold_out);
  CHECK(why_not(decide(made->next, places(1))) == errc::sold_out);
}

TEST_CASE("O3 who only looks is refused like a buyer and takes nothing") {
  auto now = on_sale();
  now.sold = 8;
  auto look = places(2);
  look.look = true;
  const auto made = decide(now, look);
  REQUIRE(made);
  CHECK(made->next.reserved == 0);
  CHECK(made->next.places_left() == 2);
  look.quantity = 3;
  CHECK(why_not(decide(now, look)) == errc::sold_out);
}

TEST_CASE("O3 an offer without capacity has no end of places") {
  const auto now = on_sale(a_play(std::nullopt));
  CHECK_FALSE(now.places_left().has_value());
  CHECK(decide(now, places(1'000'000)).ok());
}

TEST_CASE("O3 what a checkout reserved becomes sold, held or free") {
  struct {
    fate became;
    std::int64_t sold, held;
  } const table[] = {{fate::sold, 2, 0}, {fate::held, 0, 2}, {fate::released, 0, 0}};
  for (const auto& each : table) {
    const auto reserved = decide(on_sale(), places(2))->next;
    const auto after = decide(reserved, settle{2, 4, each.became});
    REQUIRE(after);
    CHECK(after->next.reserved == 0);
    CHECK(after->next.sold == each.sold);
    CHECK(after->next.held == each.held);
    CHECK_FALSE(after->reload);
  }
}

TEST_CASE(
    "O3 places from before a reload count until all of them are settled, then the numbers are read again") {
  auto before = on_sale();
  before.reserved = 3;
  auto loaded = on_sale(); // whether it has them is not known
  carry(before, loaded);
  loaded.loads = 5;
  CHECK(loaded.doubtful == 3);
  CHECK(loaded.places_left() == 7);
  const auto later = decide(loaded, places(1))->next;
  const auto one = decide(later, settle{1, 4, fate::sold});
  CHECK(one->next.places_left() == 6); // sold twice rather than not at all
  CHECK_FALSE(one->reload);
  const auto two = decide(one->next, settle{2, 4, fate::released});
  CHECK(two->next.places_left() == 8);
  CHECK_FALSE(two->reload); // one of the new load is still under way
  const auto three = decide(two->next, settle{1, 5, fate::sold});
  CHECK(three->reload);
}

TEST_CASE("O3 what is settled with an actor that never knew of it is read again") {
  const auto after = decide(on_sale(), settle{2, 3, fate::released});
  REQUIRE(after);
  CHECK(after->next.reserved == 0);
  CHECK(after->next.doubtful == 0);
  CHECK(after->reload);
}

TEST_CASE("O3 the numbers are read again when the database had fewer places") {
  const auto reserved = decide(on_sale(), places(2))->next;
  const auto after = decide(reserved, settle{2, 4, fate::refused});
  CHECK(after->next.sold == 0);
  CHECK(after->reload);
}

TEST_CASE("O4 held places are sold or freed once, also where a load has seen it already") {
  auto now = on_sale();
  now.held = 4;
  now.sold = 1;
  const auto paid = decide(now, settle_held{3, 4, true});
  CHECK(paid->next.held == 1);
  CHECK(paid->next.sold == 4);
  const auto freed = decide(now, settle_held{3, 4, false});
  CHECK(freed->next.held == 1);
  CHECK(freed->next.sold == 1);
  const auto unsure = decide(now, settle_held{3, 2, false});
  CHECK(unsure->next.held == 4);
  CHECK(unsure->reload);
}

TEST_CASE("O1 the sale window, the point of sale and the limit per order bind") {
  auto what = a_play();
  what.sales_from = noon;
  what.sales_until = noon + 1h;
  what.max_per_order = 4;
  const auto now = on_sale(what);
  const auto at = [&](duration later) {
    auto command = places(1);
    command.at = noon + later;
    return command;
  };
  CHECK(decide(now, at(0s)).ok());
  CHECK(decide(now, at(1h - 1s)).ok());
  CHECK(why_not(decide(now, at(-1s))) == errc::not_on_sale);
  CHECK(why_not(decide(now, at(1h))) == errc::not_on_sale);
  auto by_staff = at(2h);
  by_staff.by_staff = true;
  CHECK(decide(now, by_staff).ok());
  CHECK(why_not(decide(now, places(5))) == errc::order_limit_exceeded);
  CHECK(why_not(decide(now, places(0))) == errc::invalid);
  CHECK(why_not(decide(now, places(-3))) == errc::invalid);
  auto elsewhere = places(1);
  elsewhere.shop = "guichet";
  CHECK(why_not(decide(now, elsewhere)) == errc::not_found);
  auto stranger = places(1);
  stranger.organisation = numbered<organisation_id>(2);
  CHECK(why_not(decide(now, stranger)) == errc::not_found);
  what.archived = true;
  CHECK(why_not(decide(on_sale(what), places(1))) == errc::not_found);
  CHECK(why_not(decide(state{}, places(1))) == errc::not_found);
}

TEST_CASE("O1 a capacity below what is taken is refused, a change that somebody else made too") {
  auto now = on_sale();
  now.sold = 5;
  now.reserved = 2;
  const auto to = [&](std::int64_t capacity, std::optional<std::int64_t> version = {}) {
    return decide(now, change{numbered<organisation_id>(1), version, a_play(capacity), {}});
  };
  CHECK(why_not(to(6)) == errc::capacity_in_use);
  CHECK(why_not(to(20, 9)) == errc::version_conflict);
  const auto made = to(7, 1);
  REQUIRE(made);
  CHECK(made->next.version == 2);
  CHECK(made->next.sold == 5);
  REQUIRE(made->rows.cold.size() == 1);
  const auto& row = std::get<offer_row>(made->rows.cold[0]);
  CHECK(row.expected_version == 1);
  CHECK(row.capacity == 7);
}

TEST_CASE("O1 what editors wrote is read back as it was") {
  auto what = a_play();
  what.kind = kind::pass;
  what.event = uuid{};
  what.event->bytes[3] = 9;
  what.description = {"Une pièce « noire »\n\"entre guillemets\"", ""};
  what.rates.push_back({numbered<rate_id>(2), {"réduit", "reduced"}, 900, 6, 25, "étudiant"});
  what.vat_basis_points = 550;
  what.sales_from = noon;
  what.starts_at = noon + 24h;
  what.location = "Salle 2";
  what.max_per_order = 6;
  what.uses = 10;
  what.value = 5'000;
  what.for_members = true;
  auto back = from_json(to_json(what));
  REQUIRE(back);
  // Columns of their own.
  back->shops = what.shops;
  back->capacity = what.capacity;
  back->archived = what.archived;
  CHECK(*back == what);
  CHECK_FALSE(from_json("{").has_value());
  CHECK_FALSE(from_json("[]").has_value());
}
