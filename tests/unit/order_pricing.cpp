#include "actors/checkout/pricing.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace foyer::checkout;
using namespace std::chrono_literals;

namespace {

template <class Id>
Id numbered(std::uint8_t number) {
  Id out;
  out.value.bytes[15] = number;
  return out;
}

const time_point noon{std::chrono::sys_days{std::chrono::year{2026} / 5 / 17} + 12h};
const currency euro;
const std::vector<payment_method> all_methods{payment_method::wallet, payment_method::bank_transfer,
                                              payment_method::cash};

money sum_of(amount value) {
  return {value, euro};
}

/// What a split gave, as text: "wallet 500, bank_transfer 1500", or the refusal's code.
std::string split_as_text(amount total, const std::vector<wanted_payment>& wished, amount available,
                          bool allow_negative = false) {
  const auto parts = split(total, wished, available, all_methods, euro, allow_negative);
  if (!parts) return std::string{to_string(parts.error().code)};
  std::string out;
  for (const auto& each : *parts)
    out += (out.empty() ? "" : ", ") + std::string{organisation::to_string(each.method)} + " " +
           std::to_string(each.sum);
  return out;
}

const wanted_payment by_wallet{payment_method::wallet, {}, {}};
const wanted_payment by_transfer{payment_method::bank_transfer, {}, {}};

wanted_payment by_wallet_of(amount value) {
  return {payment_method::wallet, sum_of(value), {}};
}
wanted_payment by_transfer_of(amount value) {
  return {payment_method::bank_transfer, sum_of(value), {}};
}

std::map<offer_id, std::shared_ptr<const offer::details>> one_offer(offer::details what) {
  return {{numbered<offer_id>(1), std::make_shared<const offer::details>(std::move(what))}};
}

offer::details a_play() {
  offer::details out;
  out.title = {"Le Cid", "The Cid"};
  out.vat_basis_points = 550;
  out.rates.push_back({numbered<rate_id>(1), {"plein", "full"}, 1'500, {}, {}, {}});
  out.rates.push_back({numbered<rate_id>(2), {"étudiant", "student"}, 900, {}, {}, "étudiant"});
  out.rates.push_back({numbered<rate_id>(3), {"enfant", "child"}, 500, {}, 11, {}});
  return out;
}

household::state a_family() {
  household::state out;
  out.id = numbered<household_id>(1);
  out.responsible = numbered<member_id>(1);
  out.tags = {"étudiant"};
  household::member parent;
  parent.id = numbered<member_id>(1);
  parent.birth_date = date{std::chrono::year{1980} / 5 / 18};
  household::member child;
  child.id = numbered<member_id>(2);
  child.birth_date = date{std::chrono::year{2016} / 5 / 18};
  out.members = {parent, child};
  return out;
}

std::string price_as_text(const wanted_line& line, const offer::details& what, const shopper& who) {
  const auto lines = price({line}, one_offer(what), who, "en", noon);
  if (lines) return std::to_string(lines->at(0).unit_price);
  const auto& why = lines.error();
  return why.fields.empty() ? std::string{to_string(why.code)}
                            : why.fields[0].field + " " + why.fields[0].code;
}

} // namespace

TEST_CASE("W4 the wallet covers all of a smaller total, and a second method the rest of a larger one") {
  CHECK(split_as_text(2'000, {by_wallet}, 2'500) == "wallet 2000");
  CHECK(split_as_text(2'000, {by_wallet}, 2'000) == "wallet 2000");
  CHECK(split_as_text(2'000, {by_wallet, by_transfer}, 500) == "wallet 500, bank_transfer 1500");
  CHECK(split_as_text(2'000, {by_wallet_of(300), by_transfer}, 500) == "wallet 300, bank_transfer 1700");
  CHECK(split_as_text(2'000, {by_transfer_of(1'700), by_wallet}, 500) == "bank_transfer 1700, wallet 300");
  CHECK(split_as_text(2'000, {by_wallet, by_transfer}, 2'500) ==
        "wallet 2000"); // nothing left for the second
  CHECK(split_as_text(2'000, {by_transfer}, 0) == "bank_transfer 2000");
  CHECK(split_as_text(0, {}, 0).empty());
  CHECK(split_as_text(0, {by_wallet}, 0).empty());
}

TEST_CASE("W4 a split that does not add up is refused with its own code") {
  CHECK(split_as_text(2'000, {by_wallet}, 500) == "payment_required");
  CHECK(split_as_text(2'000, {}, 500) == "payment_required");
  CHECK(split_as_text(2'000, {by_wallet}, 0) == "insufficient_funds");
  CHECK(split_as_text(2'000, {by_wallet_of(600), by_transfer}, 500) == "insufficient_funds");
  CHECK(split_as_text(2'000, {by_wallet_of(300)}, 500) == "payment_required");
  CHECK(split_as_text(2'000, {by_transfer_of(1'000)}, 0) == "payment_required");
  CHECK(split_as_text(2'000, {by_transfer_of(2'001)}, 0) == "payment_mismatch");
  CHECK(split_as_text(2'000, {by_wallet_of(0), by_transfer}, 500) == "payment_mismatch");
  CHECK(split_as_text(2'000, {by_wallet_of(-5), by_transfer}, 500) == "payment_mismatch");
  CHECK(split_as_text(2'000, {by_transfer, by_wallet}, 500) == "payment_mismatch"); // how much by transfer?
  CHECK(split_as_text(2'000, {by_wallet_of(100), by_wallet}, 500) == "payment_mismatch");
  const wanted_payment in_francs{payment_method::wallet, money{500, *currency::parse("CHF")}, {}};
  CHECK(split_as_text(2'000, {in_francs, by_transfer}, 500) == "currency_mismatch");
  const wanted_payment by_card{payment_method::card, {}, {}};
  CHECK(split_as_text(2'000, {by_card}, 0) == "payment_method_unavailable");
}

TEST_CASE("W3 staff who may go below zero need not look at what is available") {
  CHECK(split_as_text(2'000, {by_wallet}, -100, true) == "wallet 2000");
  CHECK(split_as_text(2'000, {by_wallet_of(1'500), by_transfer}, 0, true) ==
        "wallet 1500, bank_transfer 500");
}

TEST_CASE("O1 a line costs what its rate says, by age and by tag") {
  const auto family = a_family();
  const shopper parent{false, false, {}, &family};
  const shopper anybody{};
  const shopper staff{false, true, {}, &family};
  const auto with_rate = [](std::uint8_t rate, std::vector<member_id> members = {}) {
    return wanted_line{numbered<offer_id>(1), numbered<rate_id>(rate), 1, std::move(members)};
  };
  CHECK(price_as_text({numbered<offer_id>(1), {}, 1, {}}, a_play(), anybody) == "1500");
  CHECK(price_as_text(with_rate(2), a_play(), parent) == "900");
  CHECK(price_as_text(with_rate(2), a_play(), anybody) == "/lines/0/rate_id not_entitled");
  CHECK(price_as_text(with_rate(2), a_play(), staff) == "900");
  CHECK(price_as_text(with_rate(9), a_play(), parent) == "/lines/0/rate_id invalid");
  CHECK(price_as_text(with_rate(3, {numbered<member_id>(2)}), a_play(), parent) ==
        "500"); // nine years and a day short
  CHECK(price_as_text(with_rate(3, {numbered<member_id>(1)}), a_play(), parent) == "/lines/0/member_ids age");
}

TEST_CASE("O1 who is not named counts as the buyer, where that one's age is known") {
  const auto family = a_family();
  const shopper grown_up{false, false, date{std::chrono::year{1980} / 5 / 18}, &family};
  const shopper unknown{false, false, {}, &family};
  const shopper staff{false, true, date{std::chrono::year{1980} / 5 / 18}, &family};
  const auto child_rate = [](std::int32_t quantity, std::vector<member_id> members = {}) {
    return wanted_line{numbered<offer_id>(1), numbered<rate_id>(3), quantity, std::move(members)};
  };
  CHECK(price_as_text(child_rate(1), a_play(), grown_up) == "/lines/0/member_ids age");
  CHECK(price_as_text(child_rate(1), a_play(), unknown) == "500");
  CHECK(price_as_text(child_rate(1), a_play(), staff) == "500");
  CHECK(price_as_text(child_rate(1, {numbered<member_id>(2)}), a_play(), grown_up) == "500");
  CHECK(price_as_text(child_rate(2, {numbered<member_id>(2)}), a_play(), grown_up) ==
        "/lines/0/member_ids age");
  // A parent comes along.
  const wanted_line own{numbered<offer_id>(1), {}, 1, {}};
  CHECK(price({own, child_rate(3)}, one_offer(a_play()), grown_up, "en", noon).ok());
  auto for_children = a_play();
  for_children.max_age = 11;
  CHECK_FALSE(price({own, child_rate(3)}, one_offer(for_children), grown_up, "en", noon).ok());
  auto for_the_old = a_play();
  for_the_old.min_age = 60;
  const wanted_line one{numbered<offer_id>(1), {}, 1, {}};
  CHECK(price_as_text(one, for_the_old, grown_up) == "/lines/0/member_ids age");
  const shopper old_guest{true, false, date{std::chrono::year{1950} / 5 / 18}, nullptr};
  CHECK(price_as_text(one, for_the_old, old_guest) == "1500");
}

TEST_CASE("O2 participants are members of the household, one for each place") {
  const auto family = a_family();
  const shopper parent{false, false, {}, &family};
  auto course = a_play();
  course.for_members = true;
  course.min_age = 10;
  const auto for_members = [](std::int32_t quantity, std::vector<member_id> members) {
    return wanted_line{numbered<offer_id>(1), {}, quantity, std::move(members)};
  };
  CHECK(price_as_text(for_members(1, {numbered<member_id>(1)}), course, parent) == "1500");
  CHECK(price_as_text(for_members(1, {numbered<member_id>(2)}), course, parent) == "/lines/0/member_ids age");
  CHECK(price_as_text(for_members(1, {}), course, parent) == "/lines/0/member_ids required");
  CHECK(price_as_text(for_members(2, {numbered<member_id>(1)}), course, parent) ==
        "/lines/0/member_ids invalid");
  CHECK(price_as_text(for_members(1, {numbered<member_id>(7)}), course, parent) ==
        "/lines/0/member_ids invalid");
  const shopper guest{};
  CHECK(price_as_text(for_members(1, {numbered<member_id>(1)}), course, guest) ==
        "/lines/0/member_ids invalid");
}

TEST_CASE("O1 quantities of one offer add up over its lines, within bounds") {
  const auto a = numbered<offer_id>(1);
  const auto b = numbered<offer_id>(2);
  const auto sums = quantities({{a, {}, 2, {}}, {b, {}, 1, {}}, {a, numbered<rate_id>(2), 3, {}}});
  REQUIRE(sums);
  CHECK(sums->at(a) == 5);
  CHECK(sums->at(b) == 1);
  CHECK_FALSE(quantities({}).ok());
  CHECK_FALSE(quantities({{a, {}, 0, {}}}).ok());
  CHECK_FALSE(quantities({{a, {}, -1, {}}}).ok());
  CHECK_FALSE(quantities({{a, {}, 501, {}}}).ok());
  CHECK_FALSE(quantities(std::vector<wanted_line>(51, {a, {}, 1, {}})).ok());
  CHECK(quantities({{a, {}, 250, {}}, {b, {}, 250, {}}}).ok());
  CHECK_FALSE(quantities({{a, {}, 250, {}}, {b, {}, 250, {}}, {a, {}, 1, {}}}).ok()); // of the whole order
}

TEST_CASE("O1 a total that does not fit is none") {
  order::line line;
  line.quantity = 3;
  line.unit_price = 500;
  CHECK(total_of({line, line}) == 3'000);
  line.unit_price = largest_amount;
  CHECK_FALSE(total_of({line}).has_value());
  line.quantity = 1;
  CHECK(total_of({line}) == largest_amount);
  CHECK_FALSE(total_of({line, line}).has_value());
}

TEST_CASE("H5 a known birth date decides the buyer's age, else the tick") {
  organisation::settings options;
  const date exactly_18{std::chrono::year{2008} / 5 / 17};
  const date a_day_short{std::chrono::year{2008} / 5 / 18};
  const auto refused = [&](const shopper& who, const buyer& typed) {
    return refuse_underage(options, who, typed, noon).has_value();
  };
  shopper guest{};
  shopper known{false, false, exactly_18, nullptr};
  buyer ticked;
  ticked.of_age = true;
  CHECK(refused(guest, {}));
  CHECK_FALSE(refused(guest, ticked));
  CHECK_FALSE(refused(known, {}));
  known.birth_date = a_day_short;
  CHECK(refused(known, ticked)); // the date is stronger than the tick
  CHECK_FALSE(refused(shopper{false, false, {}, nullptr}, {}));
  CHECK_FALSE(refused(shopper{true, true, a_day_short, nullptr}, {}));
  options.minimum_buyer_age = 0;
  CHECK_FALSE(refused(guest, {}));
}

TEST_CASE("O2 mandatory fields of the form have an answer") {
  organisation::settings options;
  options.form.push_back({"school", {"École", "School"}, "text", true, {}});
  options.form.push_back({"shoe_size", {"Pointure", "Shoe size"}, "text", false, {}});
  for (const auto* empty :
       {"{}", R"({"school":""})", R"({"school":null})", R"({"shoe_size":"41"})", "[]", "oops"}) {
    INFO(empty);
    const auto missing = missing_answers(options, empty);
    REQUIRE(missing.size() == 1);
    CHECK(missing[0].field == "/buyer/answers/school");
    CHECK(missing[0].code == "required");
  }
  CHECK(missing_answers(options, R"({"school":"Jules Ferry"})").empty());
}

TEST_CASE("O6 tickets, courses and bookings come as tickets, the others do not") {
  using offer::kind;
  for (const auto each : {kind::ticket, kind::course, kind::booking}) CHECK(makes_tickets(each));
  for (const auto each : {kind::pass, kind::voucher, kind::membership, kind::merchandise})
    CHECK_FALSE(makes_tickets(each));
}
