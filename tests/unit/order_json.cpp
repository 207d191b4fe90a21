#include "http/buyer/order_json.hpp"

#include <catch2/catch.hpp>

using namespace foyer;

namespace {

organisation::snapshot theatre() {
  organisation::snapshot out;
  out.unit = *currency::parse("EUR");
  return out;
}

order::state paid_order() {
  order::state out;
  out.id = order_id{*parse_uuid("01920000-0000-7000-8000-000000000001")};
  out.number = "ORD-7K2M9QXA";
  out.status = order::status::paid;
  out.buyer_email = "claire@example.org";
  out.buyer_first_name = "Claire";
  out.buyer_last_name = "Morel";
  out.buyer_answers = R"({"allergies":"none"})";
  out.locale = "fr";
  out.total = 2500;
  order::line line;
  line.title = "Le Cid";
  line.quantity = 2;
  line.unit_price = 1250;
  out.lines.push_back(line);
  order::payment payment;
  payment.sum = 2500;
  payment.status = order::payment_status::succeeded;
  out.payments.push_back(payment);
  order::ticket ticket;
  ticket.id = ticket_id{*parse_uuid("01920000-0000-7000-8000-000000000002")};
  ticket.holder = "Léo";
  out.tickets.push_back(ticket);
  return out;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("S2 an order shows number, total, lines, payments and tickets with signed codes") {
  const server_secret secret{"a secret of this test"};
  const auto of = paid_order();
  const auto body = http::buyer::order_json(of, theatre(), secret);
  CHECK(contains(body, R"("number":"ORD-7K2M9QXA")"));
  CHECK(contains(body, R"("total":{"amount":2500,"currency":"EUR"})"));
  CHECK(contains(body, R"("status":"paid")"));
  CHECK(contains(body, R"("answers":{"allergies":"none"})"));
  CHECK(
      contains(body, R"("method":"wallet","amount":{"amount":2500,"currency":"EUR"},"status":"succeeded")"));
  CHECK(contains(body, "\"code\":\"" + secret.ticket_code(of.tickets[0].id, of.tickets[0].offer) + "\""));
  CHECK(contains(body, R"("title":"Le Cid","starts_at":null,"holder":"Léo","status":"valid")"));
  CHECK_FALSE(contains(body, "next_action"));
}

TEST_CASE("W5 an order that was paid at once is told as it was placed, whatever became of it") {
  const server_secret secret{"s"};
  auto placed = paid_order();
  placed.created_at = time_point{std::chrono::seconds{1'750'000'000}};
  placed.paid_at = placed.created_at;
  REQUIRE(order::tells_its_beginning(placed));
  auto later = placed;
  later.status = order::status::refunded;
  later.version = 7;
  later.cancel_reason = "buyer";
  later.lines[0].cancelled = true;
  later.payments[0].status = order::payment_status::refunded;
  later.tickets[0].status = order::ticket_status::used;
  later.tickets[0].used_at = placed.created_at + std::chrono::hours{1};
  const auto first = http::buyer::order_json(placed, theatre(), secret);
  CHECK(http::buyer::order_json(later, theatre(), secret) != first);
  CHECK(http::buyer::order_json(order::as_placed(later), theatre(), secret) == first);
}

TEST_CASE("W5 a kept answer holds no ticket code, and is told again byte by byte") {
  const server_secret secret{"s"};
  auto of = paid_order();
  // What a buyer types, or staff, looks like a ticket and is none.
  const std::string like =
      R"({"id":"01920000-0000-7000-8000-000000000002","code":"","offer_id":"01920000-0000-7000-8000-000000000003"})";
  of.buyer_answers = R"({"x":[],"tickets":[)" + like + "]}";
  of.payments[0].reference = "],\"tickets\":[" + like;
  of.lines[0].title = "],\"tickets\":[" + like;
  auto second = of.tickets[0];
  second.id = ticket_id{*parse_uuid("01920000-0000-7000-8000-000000000012")};
  second.offer = offer_id{*parse_uuid("01920000-0000-7000-8000-000000000013")};
  second.holder = "\",\"code\":\"\",\"offer_id\":\"";
  of.tickets.push_back(second);
  const auto told = http::buyer::order_json(of, theatre(), secret);
  const auto kept = http::buyer::order_json_without_codes(of, theatre());
  for (const auto& each : of.tickets) {
    REQUIRE(contains(told, secret.ticket_code(each.id, each.offer)));
    CHECK_FALSE(contains(kept, secret.ticket_code(each.id, each.offer)));
  }
  CHECK(http::buyer::with_codes(kept, secret) == told);
  // An order that waits has none, and an answer of another kind is what it was.
  of.tickets.clear();
  CHECK(http::buyer::with_codes(http::buyer::order_json_without_codes(of, theatre()), secret) ==
        http::buyer::order_json(of, theatre(), secret));
  CHECK(http::buyer::with_codes("{}", secret) == "{}");
}

TEST_CASE("W5 an order that waited for money, or has a pass, does not tell how it began") {
  auto waited = paid_order();
  waited.paid_at = waited.created_at + std::chrono::minutes{1};
  CHECK_FALSE(order::tells_its_beginning(waited));
  // Paid in the very moment in which it was placed, but by a second commit.
  auto at_once = paid_order();
  at_once.paid_at = at_once.created_at;
  at_once.version = 2;
  CHECK_FALSE(order::tells_its_beginning(at_once));
  auto pass = paid_order();
  pass.paid_at = pass.created_at;
  pass.benefits.emplace_back();
  CHECK_FALSE(order::tells_its_beginning(pass));
}

TEST_CASE("H3 who may not own the address of an order reads nothing of its household") {
  auto of = paid_order();
  of.household = household_id{*parse_uuid("01920000-0000-7000-8000-000000000009")};
  const server_secret secret{"s"};
  CHECK(contains(http::buyer::order_json(of, theatre(), secret), R"("household_id":"01920000)"));
  const auto body = http::buyer::order_json(of, theatre(), secret, http::buyer::reader::unproven);
  CHECK(contains(body, R"("household_id":null)"));
}

TEST_CASE("O4 the house says where to transfer the money to") {
  auto of = paid_order();
  of.status = order::status::awaiting_payment;
  of.payments[0].method = organisation::payment_method::bank_transfer;
  of.payments[0].status = order::payment_status::pending;
  auto at = theatre();
  at.options.bank_transfer_instructions = {"IBAN FR00", "IBAN FR00, please"};
  CHECK(contains(http::buyer::order_json(of, at, server_secret{"s"}), R"("instructions":"IBAN FR00")"));
  of.locale = "en";
  CHECK(
      contains(http::buyer::order_json(of, at, server_secret{"s"}), R"("instructions":"IBAN FR00, please")"));
  of.payments[0].method = organisation::payment_method::cash;
  CHECK(
      contains(http::buyer::order_json(of, at, server_secret{"s"}), R"("instructions":"Pay at the counter)"));
}

TEST_CASE("O4 an order that awaits a transfer says what to do next") {
  auto of = paid_order();
  of.status = order::status::awaiting_payment;
  of.tickets.clear();
  of.payments[0].method = organisation::payment_method::bank_transfer;
  of.payments[0].status = order::payment_status::pending;
  const auto body = http::buyer::order_json(of, theatre(), server_secret{"s"});
  CHECK(contains(body, R"("next_action":{"type":"bank_transfer","reference":"ORD-7K2M9QXA")"));
  of.status = order::status::cancelled;
  of.cancel_reason = "expired";
  const auto cancelled = http::buyer::order_json(of, theatre(), server_secret{"s"});
  CHECK_FALSE(contains(cancelled, "next_action"));
  CHECK(contains(cancelled, R"("cancel_reason":"expired")"));
}
