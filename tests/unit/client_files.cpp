#include "actors/checkout/cards.hpp"
#include "http/document_file.hpp"
#include "papers/pool.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <memory>
#include <stdexcept>

using namespace foyer;
using namespace std::chrono_literals;

namespace {

const time_point leap_day = std::chrono::sys_days{std::chrono::year{2028} / 2 / 29} + 10h;

household::state family() {
  household::person who{"Zoé", "Martin", {}, "", "", ""};
  auto out = household::first_household(organisation_id{new_uuid(1)}, household_id{new_uuid(2)},
                                        member_id{new_uuid(3)}, who, "C-1", "fr", leap_day);
  household::member child;
  child.id = member_id{new_uuid(4)};
  child.first_name = "Ana";
  child.last_name = "Martin";
  out.members.push_back(child);
  return out;
}

order::state order_of(const household::state& whose, const char* first_name) {
  order::state out;
  out.organisation = whose.organisation;
  out.household = whose.id;
  out.buyer_first_name = first_name;
  out.buyer_last_name = "Martin";
  return out;
}

order::line line_of(std::int32_t quantity, std::vector<member_id> members = {}) {
  order::line out;
  out.title = "Adhésion";
  out.quantity = quantity;
  out.members = std::move(members);
  return out;
}

} // namespace

TEST_CASE("H8 a membership's card is its member's, and valid for a year unless the offer ends") {
  const auto whose = family();
  auto order = order_of(whose, "Zoé");
  offer::details what;
  checkout::issue_cards(order, line_of(2, {whose.members[1].id}), what, &whose, leap_day, true);
  REQUIRE(order.cards.size() == 2);
  CHECK(order.cards[0].member == whose.members[1].id);
  CHECK(order.cards[0].holder == "Ana Martin");
  CHECK(order.cards[1].member == whose.responsible); // a place without a name is the buyer's
  CHECK(order.cards[0].number != order.cards[1].number);
  CHECK(*order.cards[0].valid_from == std::chrono::year{2028} / 2 / 29);
  CHECK(*order.cards[0].valid_until == std::chrono::year{2029} / 2 / 28);
  what.starts_at = leap_day + std::chrono::days{10};
  what.ends_at = leap_day + std::chrono::days{20};
  checkout::issue_cards(order, line_of(1), what, &whose, leap_day, true);
  CHECK(*order.cards[2].valid_from == std::chrono::year{2028} / 3 / 10);
  CHECK(*order.cards[2].valid_until == std::chrono::year{2028} / 3 / 20);
}

TEST_CASE("H3 a guest's card is not made out to the household that has their address") {
  const auto whose = family();
  auto order = order_of(whose, "Jean");
  checkout::issue_cards(order, line_of(1), offer::details{}, &whose, leap_day, true);
  REQUIRE(order.cards.size() == 1);
  CHECK_FALSE(order.cards[0].member);
  CHECK(order.cards[0].holder == "Jean Martin");
  checkout::issue_cards(order, line_of(1), offer::details{}, nullptr, leap_day, true);
  CHECK(order.cards.size() == 1);
  // Nor who types the name, too.
  auto same_name = order_of(whose, "Zoé");
  checkout::issue_cards(same_name, line_of(1), offer::details{}, &whose, leap_day, false);
  REQUIRE(same_name.cards.size() == 1);
  CHECK_FALSE(same_name.cards[0].member);
}

TEST_CASE("O5 a paper that fails in any way is refused, and the next one is made") {
  auto papers = papers::create_pool();
  const auto made = [&](papers::job what) {
    // Shared, since the pool's thread may still be telling when the answer is here.
    auto told = std::make_shared<std::promise<outcome<std::string>>>();
    auto answer = told->get_future();
    papers->make(std::move(what),
                 reply<std::string>{[told](outcome<std::string> paper) { told->set_value(std::move(paper)); }});
    return answer.get();
  };
  CHECK(made([]() -> outcome<std::string> { throw 1; }).error().code == errc::internal);
  CHECK(made([]() -> outcome<std::string> { throw std::runtime_error{"no"}; }).error().code ==
        errc::internal);
  CHECK(made([]() -> outcome<std::string> { return std::string{"%PDF"}; }));
}

TEST_CASE("H8 a document's type is told by its bytes") {
  CHECK(http::sniffed_type("%PDF-1.7 …") == "application/pdf");
  CHECK(http::sniffed_type("\x89PNG\r\n\x1a\n…") == "image/png");
  CHECK(http::sniffed_type("\xff\xd8\xff\xe1") == "image/jpeg");
  for (const auto* other : {"", "%PDF", " %PDF-1.4", "<html>", "GIF89a", "\x89PNG", "\xff\xd8"})
    CHECK_FALSE(http::sniffed_type(other));
}

TEST_CASE("H8 a document's name breaks out of no header") {
  CHECK(http::attachment_named("RL-24.pdf") ==
        "attachment; filename=\"RL-24.pdf\"; filename*=UTF-8''RL-24.pdf");
  CHECK(http::attachment_named("a\"; x=\"\r\n\xc3\xa9") ==
        "attachment; filename=\"a___x______\"; filename*=UTF-8''a%22%3B%20x%3D%22%0D%0A%C3%A9");
}
