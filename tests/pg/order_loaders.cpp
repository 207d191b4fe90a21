#include "tests/pg/house.hpp"

using namespace foyer;
using namespace foyer::tests;
using namespace foyer::tests::house_of;

TEST_CASE("S2 an order is read whole, by id and by number") {
  house here;
  const auto claire = here.a_household("claire");
  const auto made = here.an_order(claire, {}, here.online, 2);
  const auto by_id = answer_of<order::state>([&](auto done) { here.orders->load_order(made.id, done); });
  REQUIRE(by_id.ok());
  CHECK(by_id->number == made.number);
  CHECK(by_id->household == claire.id);
  CHECK(by_id->created_at == made.created_at);
  REQUIRE(by_id->lines.size() == 1);
  CHECK(by_id->lines[0].members == made.lines[0].members);
  CHECK(by_id->payments.at(0).status == order::payment_status::succeeded);
  CHECK(by_id->tickets.size() == 2);
  CHECK(by_id->tickets[1].holder == "Claire");
  CHECK(by_id->benefits.at(0).uses_left == 10);

  const auto named = [&](const organisation_id& at, const std::string& number) {
    return answer_of<order::state>([&](auto done) { here.orders->load_order(at, number, done); });
  };
  CHECK(named(here.at, made.number)->id == made.id);
  CHECK(named(here.at, "ORD-0").error().code == errc::not_found);
  CHECK(named(fresh_id<organisation_id>(), made.number).error().code == errc::not_found);
}

TEST_CASE("S5 an account sees its own orders, and the box office's from the moment of linking on") {
  house here;
  const auto owner = here.an_account();
  const auto claire = here.a_household("claire", owner);
  const auto old_counter = here.an_order(claire, {}, here.counter);
  const auto old_guest = here.an_order(claire, {}, here.online);
  const auto linked_at = noon() + std::chrono::minutes{here.minute + 1};
  const auto own = here.an_order(claire, owner, here.online);
  const auto guest = here.an_order(claire, {}, here.online);
  const auto counter = here.an_order(claire, {}, here.counter);
  here.an_order(here.a_household("zoe"), {}, here.online);

  order::filter which;
  which.organisation = here.at;
  which.household = claire.id;
  using list = std::vector<std::string>;
  CHECK(here.numbers(which) ==
        list{counter.number, guest.number, own.number, old_guest.number, old_counter.number});
  which.only_of_account = owner;
  CHECK(here.numbers(which) == list{own.number});
  which.box_office_since = linked_at;
  CHECK(here.numbers(which) == list{counter.number, own.number});

  const auto tickets =
      answer_of<order::ticket_page>([&](auto done) { here.orders->list_tickets(which, {}, done); });
  REQUIRE(tickets.ok());
  CHECK(tickets->tickets.size() == 2);
  CHECK(tickets->tickets.at(0).order_number == counter.number);
  CHECK(tickets->tickets.at(0).title == "Le Cid");
  using benefits = std::vector<order::shown_benefit>;
  const auto shown = answer_of<benefits>([&](auto done) { here.orders->list_benefits(which, done); });
  CHECK(shown->size() == 2);
  const auto ticket = [&](const order::state& of) {
    return answer_of<order::shown_ticket>(
        [&](auto done) { here.orders->load_ticket(which, of.tickets[0].id, done); });
  };
  CHECK(ticket(own)->of.id == own.tickets[0].id);
  CHECK(ticket(guest).error().code == errc::not_found);

  which.organisation = fresh_id<organisation_id>();
  CHECK(here.numbers(which).empty());
}

TEST_CASE("S1 tickets are paged across orders") {
  house here;
  const auto claire = here.a_household("claire");
  const auto first = here.an_order(claire, {}, here.online, 3);
  const auto second = here.an_order(claire, {}, here.online, 2);
  order::filter which;
  which.organisation = here.at;
  which.household = claire.id;
  which.limit = 2;
  std::vector<ticket_id> seen;
  std::optional<order::ticket_place> after;
  for (int page = 0; page < 3; ++page) {
    const auto got =
        answer_of<order::ticket_page>([&](auto done) { here.orders->list_tickets(which, after, done); });
    REQUIRE(got.ok());
    for (const auto& each : got->tickets) seen.push_back(each.of.id);
    CHECK(got->more == (page < 2));
    after = order::ticket_place{got->tickets.back().order, got->tickets.back().of.position};
  }
  CHECK(seen == std::vector<ticket_id>{second.tickets[0].id, second.tickets[1].id, first.tickets[0].id,
                                       first.tickets[1].id, first.tickets[2].id});
}

TEST_CASE("W5 an answer is found by its key") {
  house here;
  const auto answers = storage::create_answers(*here.from.pool);
  idempotency_row row{fresh(), fresh_hash(), 201, "{\"id\":1}", noon()};
  commit rows;
  rows.idempotency.push_back(row);
  here.write(std::move(rows));
  const auto found = *answer_of<order::stored_answer>([&](auto done) { answers->find_answer(row.id, done); });
  CHECK(found.status == 201);
  CHECK(found.answer == row.answer);
  CHECK(found.request_hash == row.request_hash);
  CHECK_FALSE(found.order);

  // What an order's own rows tell is not kept twice.
  idempotency_row by_order{fresh(), fresh_hash(), 201, {}, noon(), order_id{fresh()}};
  commit more;
  more.idempotency.push_back(by_order);
  here.write(std::move(more));
  CHECK(answer_of<order::stored_answer>([&](auto done) { answers->find_answer(by_order.id, done); })->order ==
        by_order.order);
  CHECK(answer_of<order::stored_answer>([&](auto done) { answers->find_answer(fresh(), done); })->status ==
        0);
}
