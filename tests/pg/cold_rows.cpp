#include "tests/pg/database.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace foyer::tests;

namespace {

constexpr auto committed = commit_status::committed;

template <class Row>
commit_outcome write(running_journal& journal, Row row) {
  commit rows;
  rows.cold.emplace_back(std::move(row));
  return journal.append_and_wait(std::move(rows));
}

account_row an_account() {
  account_row out;
  out.id = fresh_id<account_id>();
  out.email = "Zoé." + to_string(out.id) + "@example.org";
  out.email_key = out.email;
  out.username = "zoe-" + to_string(out.id);
  out.username_key = out.username;
  out.password_hash = "$argon2id$";
  out.first_name = "Zoé";
  out.last_name = "Lefèvre";
  out.birth_date = date{std::chrono::year{1984} / 2 / 29};
  out.locale = "fr";
  out.created_at = noon();
  out.password_changed_at = noon();
  return out;
}

token_row a_token(const account_id& of, token_purpose purpose) {
  token_row out;
  out.id = fresh_id<token_id>();
  out.purpose = purpose;
  out.hash = fresh_hash();
  out.account = of;
  out.created_at = noon();
  out.expires_at = noon() + std::chrono::hours{24};
  return out;
}

std::string state_of(const token_row& token) {
  return sql("select state from tokens where id = '" + to_string(token.id) + "'");
}

household_row a_household(const organisation_id& at) {
  household_row out;
  out.organisation = at;
  out.id = fresh_id<household_id>();
  out.number = "C-" + to_string(out.id).substr(30);
  out.locale = "fr";
  out.tags = {"compte en ligne", "école"};
  out.created_at = noon();
  for (const auto* name : {"Claire", "Noé"}) {
    member_row member;
    member.id = fresh_id<member_id>();
    member.first_name = name;
    member.last_name = "Martin";
    out.members.push_back(member);
  }
  out.responsible = out.members.front().id;
  return out;
}

} // namespace

TEST_CASE("journal: accounts are inserted, changed under their version, and removed") {
  running_journal journal;
  auto account = an_account();
  REQUIRE(write(journal, account).status == committed);
  const auto where = " from accounts where id = '" + to_string(account.id) + "'";
  CHECK(sql("select first_name || birth_date || state || (website is null)" + where) ==
        "Zoé1984-02-29pendingtrue");

  account.expected_version = 1;
  account.version = 2;
  account.active = true;
  account.confirmed_at = noon();
  account.website = "https://zoe.example";
  REQUIRE(write(journal, account).status == committed);
  CHECK(sql("select state || version || website" + where) == "active2https://zoe.example");
  CHECK(write(journal, account).status == commit_status::stale);

  auto same_address = an_account();
  same_address.email_key = account.email_key;
  const auto refused = write(journal, same_address);
  CHECK(refused.status == commit_status::conflict);
  CHECK(refused.constraint == "accounts_email_key_key");

  CHECK(write(journal, account_removed{account.id, 1}).status == commit_status::stale);
  CHECK(write(journal, account_removed{account.id, 2}).status == committed);
  CHECK(sql("select count(*)" + where) == "0");
}

TEST_CASE("A2 a token is used once, and a newer one replaces the older") {
  running_journal journal;
  const auto account = an_account();
  REQUIRE(write(journal, account).status == committed);
  const auto first = a_token(account.id, token_purpose::confirmation);
  const auto other = a_token(account.id, token_purpose::password_reset);
  const auto second = a_token(account.id, token_purpose::confirmation);
  REQUIRE(write(journal, first).status == committed);
  REQUIRE(write(journal, other).status == committed);
  commit renewed;
  renewed.cold.emplace_back(tokens_replaced{token_purpose::confirmation, account.id, {}});
  renewed.cold.emplace_back(second);
  REQUIRE(journal.append_and_wait(renewed).status == committed);
  CHECK(state_of(first) == "replaced");
  CHECK(state_of(other) == "valid");
  CHECK(state_of(second) == "valid");

  CHECK(write(journal, token_used{first.id}).status == commit_status::stale);
  CHECK(write(journal, token_used{second.id}).status == committed);
  CHECK(write(journal, token_used{second.id}).status == commit_status::stale);

  for (int i = 1; i <= 5; ++i) {
    CHECK(state_of(other) == "valid");
    REQUIRE(write(journal, token_code_failed{other.id, 5}).status == committed);
  }
  CHECK(state_of(other) == "replaced");
}

TEST_CASE("journal: sessions are opened, touched and ended") {
  running_journal journal;
  const auto account = an_account();
  REQUIRE(write(journal, account).status == committed);
  std::vector<session_row> sessions(3);
  for (auto& each : sessions) {
    each.id = fresh_id<session_id>();
    each.token_hash = fresh_hash();
    each.account = account.id;
    each.device = "Firefox";
    each.created_at = each.last_used_at = each.password_at = noon();
    each.expires_at = noon() + std::chrono::hours{12};
    REQUIRE(write(journal, each).status == committed);
  }
  const auto later = noon() + std::chrono::minutes{5};
  REQUIRE(write(journal, session_touched{sessions[0].id, later, {}}).status == committed);
  REQUIRE(write(journal, session_touched{sessions[0].id, noon(), {}}).status == committed);
  CHECK(
      sql("select last_used_at - created_at || ' ' || (password_at = created_at) from sessions where id = '" +
          to_string(sessions[0].id) + "'") == "00:05:00 true");
  const auto all = "select count(*) from sessions where account_id = '" + to_string(account.id) + "'";
  REQUIRE(write(journal, session_ended{sessions[2].id}).status == committed);
  CHECK(sql(all) == "2");
  REQUIRE(write(journal, sessions_ended{account.id, sessions[0].id}).status == committed);
  CHECK(sql(all) == "1");
  REQUIRE(write(journal, sessions_ended{account.id, {}}).status == committed);
  CHECK(sql(all) == "0");
}

TEST_CASE("H5 a household is written whole: members come, change places and go") {
  running_journal journal;
  const auto organisation = an_organisation(journal);
  auto household = a_household(organisation);
  REQUIRE(write(journal, household).status == committed);
  const auto names =
      "select string_agg(first_name, ',' order by position) from members where household_id = '" +
      to_string(household.id) + "'";
  CHECK(sql(names) == "Claire,Noé");

  household.expected_version = 1;
  household.version = 2;
  member_row third;
  third.id = fresh_id<member_id>();
  third.first_name = "Inès";
  third.last_name = "Martin";
  household.members = {third, household.members[0]};
  household.status = 3;
  REQUIRE(write(journal, household).status == committed);
  CHECK(sql(names) == "Inès,Claire");
  CHECK(sql("select status || array_length(tags, 1) || (email is null) from households where id = '" +
            to_string(household.id) + "'") == "accepted2true");
  CHECK(write(journal, household).status == commit_status::stale);

  auto thief = a_household(organisation);
  REQUIRE(write(journal, thief).status == committed);
  thief.expected_version = 1;
  thief.version = 2;
  thief.members.push_back(third);
  CHECK(write(journal, thief).status == commit_status::stale);
  CHECK(sql(names) == "Inès,Claire");

  auto same_number = a_household(organisation);
  same_number.number = household.number;
  CHECK(write(journal, same_number).constraint == "households_organisation_id_number_key");
}

TEST_CASE("journal: organisations, points of sale and roles") {
  running_journal journal;
  const auto organisation = an_organisation(journal);
  shop_row shop;
  shop.organisation = organisation;
  shop.id = fresh_id<shop_id>();
  shop.slug = "online";
  shop.name = "En ligne";
  shop.payment_methods = {"wallet", "bank_transfer"};
  shop.created_at = noon();
  REQUIRE(write(journal, shop).status == committed);
  shop.expected_version = 1;
  shop.version = 2;
  shop.customer_space_open = true;
  REQUIRE(write(journal, shop).status == committed);
  CHECK(write(journal, shop).status == commit_status::stale);
  CHECK(sql("select kind || customer_space_open || array_to_string(payment_methods, '+') from shops where id "
            "= '" +
            to_string(shop.id) + "'") == "onlinetruewallet+bank_transfer");

  const auto account = an_account();
  REQUIRE(write(journal, account).status == committed);
  const auto role = "select role from roles where account_id = '" + to_string(account.id) + "'";
  REQUIRE(write(journal, role_row{organisation, account.id, "editor", noon()}).status == committed);
  REQUIRE(write(journal, role_row{organisation, account.id, "auditor", noon()}).status == committed);
  CHECK(sql(role) == "auditor");
  REQUIRE(write(journal, role_row{organisation, account.id, "", noon()}).status == committed);
  CHECK(sql(role).empty());

  staff_change_row change;
  change.organisation = organisation;
  change.id = fresh();
  change.action = "shop.changed";
  change.subject_kind = "shop";
  change.subject = shop.id.value;
  change.after = "{}";
  change.at = noon();
  REQUIRE(write(journal, change).status == committed);
  CHECK(sql("select before is null and after = '{}' from staff_changes where id = '" + to_string(change.id) +
            "'") == "t");
}

TEST_CASE("O3 a capacity below what is sold is refused") {
  running_journal journal;
  const auto organisation = an_organisation(journal);
  const auto id = an_offer(journal, organisation, 10);
  commit sale;
  sale.stock.push_back({organisation, id, 4, 2});
  REQUIRE(journal.append_and_wait(sale).status == committed);
  offer_row offer;
  offer.organisation = organisation;
  offer.id = id;
  offer.expected_version = 1;
  offer.version = 2;
  offer.kind = "ticket";
  offer.details = "{}";
  offer.created_at = noon();
  offer.capacity = 5;
  const auto refused = write(journal, offer);
  CHECK(refused.status == commit_status::rejected);
  CHECK(refused.constraint == "offer_stock_capacity");
  offer.capacity = 6;
  CHECK(write(journal, offer).status == committed);
  CHECK(sql("select capacity || ' ' || sold || ' ' || held from offer_stock where offer_id = '" +
            to_string(id) + "'") == "6 4 2");
}

TEST_CASE("O4 an order is changed under its version, its payments and tickets with it") {
  running_journal journal;
  const auto organisation = an_organisation(journal);
  commit sale;
  order_row order;
  order.organisation = organisation;
  order.id = fresh_id<order_id>();
  order.number = "ORD-1";
  order.status = 1;
  order.shop = fresh_id<shop_id>();
  order.buyer_email = "zoe@example.org";
  order.locale = "fr";
  order.total = 3'000;
  order.created_at = noon();
  order.expires_at = noon() + std::chrono::hours{48};
  sale.orders.push_back(order);
  for (int i = 0; i < 2; ++i) {
    line_row line;
    line.organisation = organisation;
    line.order = order.id;
    line.position = i;
    line.id = fresh_id<line_id>();
    line.offer = fresh_id<offer_id>();
    line.title = "Le Cid, 12 mai";
    line.unit_price = 1'500;
    line.members = {fresh_id<member_id>()};
    sale.lines.push_back(line);
    ticket_row ticket;
    ticket.organisation = organisation;
    ticket.order = order.id;
    ticket.position = i;
    ticket.id = fresh_id<ticket_id>();
    ticket.line_position = i;
    ticket.offer = line.offer;
    sale.tickets.push_back(ticket);
  }
  sale.payments.push_back({organisation, order.id, 0, fresh_id<payment_id>(), 4, 3'000, 2, "", noon()});
  sale.deadlines.push_back(
      {fresh_id<deadline_id>(), deadline_kind::order_expiry, order.id.value, organisation, noon()});
  REQUIRE(journal.append_and_wait(sale).status == committed);

  commit paid;
  paid.cold.emplace_back(order_changed{order.id, 1, 2, 2, noon(), {}, "", {}});
  paid.cold.emplace_back(payment_changed{order.id, 0, 3, "VIR 42", noon()});
  paid.cold.emplace_back(deadline_done{deadline_kind::order_expiry, order.id.value});
  benefit_row pass;
  pass.organisation = organisation;
  pass.order = order.id;
  pass.id = fresh();
  pass.code = "PASS-" + to_string(pass.id);
  pass.uses_left = 10;
  paid.cold.emplace_back(pass);
  REQUIRE(journal.append_and_wait(paid).status == committed);
  const auto of_order = " where order_id = '" + to_string(order.id) + "'";
  CHECK(sql("select status || ' ' || version || ' ' || (expires_at is null) from orders where id = '" +
            to_string(order.id) + "'") == "2 2 true");
  CHECK(sql("select status || reference from payments" + of_order) == "3VIR 42");
  CHECK(sql("select count(*) from deadlines where entity_id = '" + to_string(order.id) + "'") == "0");
  CHECK(sql("select uses_left || kind from benefits" + of_order) == "10pass");
  CHECK(journal.append_and_wait(paid).status == commit_status::stale);

  REQUIRE(write(journal, tickets_changed{order.id, 1, 3}).status == committed);
  CHECK(sql("select string_agg(status::text, ',' order by position) from tickets" + of_order) == "1,3");
  REQUIRE(write(journal, tickets_changed{order.id, {}, 2}).status == committed);
  CHECK(sql("select string_agg(status::text, ',' order by position) from tickets" + of_order) == "2,2");
}

TEST_CASE(
    "journal: ending a deadline keeps the new one that comes in the same commit, or later in the batch") {
  running_journal journal;
  const auto entity = fresh();
  const auto deadline = [&] {
    return deadline_row{fresh_id<deadline_id>(), deadline_kind::order_expiry, entity, {}, noon()};
  };
  commit first;
  first.deadlines.push_back(deadline());
  commit second;
  second.cold.emplace_back(deadline_done{deadline_kind::order_expiry, entity});
  second.deadlines.push_back(deadline());
  commit third;
  third.deadlines.push_back(deadline());
  for (const auto& outcome : journal.append_all({first, second, third})) REQUIRE(outcome.status == committed);
  CHECK(sql("select string_agg(id::text, ',' order by id) from deadlines where entity_id = '" +
            to_string(entity) + "'") ==
        to_string(std::min(second.deadlines[0].id, third.deadlines[0].id)) + "," +
            to_string(std::max(second.deadlines[0].id, third.deadlines[0].id)));
}
