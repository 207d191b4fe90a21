#pragma once

#include "storage/loaders/households.hpp"
#include "storage/loaders/orders.hpp"
#include "storage/pg/read_pool.hpp"
#include "tests/pg/database.hpp"

#include <catch2/catch.hpp>

// An organisation in the database with what the loaders' tests need of it.

namespace foyer::tests::house_of {

/// A connected read pool.
struct reads {
  reads() : pool(storage::pg::create_read_pool(context.context, {}, database_url())) {
    if (!eventually([this] { return pool->ready(); })) throw std::runtime_error("the pool does not connect");
  }
  ~reads() { pool->close(); }
  running_context context;
  std::shared_ptr<storage::pg::read_pool> pool;
};

/// Waits for a loader's answer: `answer_of<T>([&](auto done) { loader->load(id, done); })`.
template <class T, class Ask>
outcome<T> answer_of(Ask ask) {
  auto promise = std::make_shared<std::promise<outcome<T>>>();
  ask(std::function<void(outcome<T>)>([promise](outcome<T> is) { promise->set_value(std::move(is)); }));
  return promise->get_future().get();
}

/// Ids that sort as they were made, as those of different milliseconds do.
template <class Id>
Id next_id() {
  static std::int64_t ms = 1'700'000'000'000;
  return Id{new_uuid(++ms)};
}

/// An organisation with both kinds of shop, its households and orders.
struct house {
  running_journal journal;
  reads from;
  organisation_id at = an_organisation(journal);
  shop_id online = a_shop("online", false);
  shop_id counter = a_shop("counter", true);
  offer_id offer = an_offer(journal, at, 1'000);
  std::unique_ptr<order::loader> orders = storage::create_order_loader(*from.pool);
  std::unique_ptr<household::loader> households = storage::create_household_loader(*from.pool);
  std::unique_ptr<household::list> clients = storage::create_household_list(*from.pool);
  int minute = 0; // orders come one after the other

  void write(commit rows) {
    const auto became = journal.append_and_wait(std::move(rows));
    INFO(became.constraint << ' ' << became.detail);
    REQUIRE(became.status == commit_status::committed);
  }
  template <class Row>
  void write_cold(Row row) {
    commit rows;
    rows.cold.emplace_back(std::move(row));
    write(std::move(rows));
  }

  shop_id a_shop(std::string slug, bool box_office) {
    shop_row row;
    row.organisation = at;
    row.id = fresh_id<shop_id>();
    row.slug = std::move(slug);
    row.name = row.slug;
    row.box_office = box_office;
    row.payment_methods = {"wallet", "cash"};
    row.created_at = noon();
    write_cold(row);
    return row.id;
  }

  account_id an_account() {
    account_row row;
    row.id = fresh_id<account_id>();
    row.email = row.email_key = row.username = row.username_key = to_string(row.id);
    row.locale = "fr";
    row.active = true;
    row.created_at = row.password_changed_at = noon();
    write_cold(row);
    return row.id;
  }

  household::state a_household(const std::string& name, std::optional<account_id> account = {}) {
    household::person who{name, "Morel", {}, name + "@example.org", name + "@example.org", "0102"};
    auto made = household::first_household(at, next_id<household_id>(), fresh_id<member_id>(), who,
                                           household::make_number(random()), "fr", noon());
    made.account = account;
    write_cold(household::to_row(made, 0));
    return made;
  }

  static std::array<std::uint8_t, 4> random() {
    std::array<std::uint8_t, 4> out{};
    fill_random(out);
    return out;
  }

  order::state an_order(const household::state& of, std::optional<account_id> by, const shop_id& shop,
                        int tickets = 1) {
    order::state out;
    out.organisation = at;
    out.id = next_id<order_id>();
    out.number = "ORD-" + to_string(out.id).substr(24);
    out.status = order::status::paid;
    out.shop = shop;
    out.household = of.id;
    out.account = by;
    out.locale = "fr";
    out.total = 2500;
    out.created_at = noon() + std::chrono::minutes{++minute};
    order::line line;
    line.id = fresh_id<line_id>();
    line.offer = offer;
    line.title = "Le Cid";
    line.quantity = tickets;
    line.members = {of.responsible};
    out.lines.push_back(line);
    order::payment payment;
    payment.id = fresh_id<payment_id>();
    payment.sum = 2500;
    payment.status = order::payment_status::succeeded;
    payment.at = out.created_at;
    out.payments.push_back(payment);
    for (int i = 0; i < tickets; ++i) {
      order::ticket one;
      one.id = fresh_id<ticket_id>();
      one.position = i;
      one.offer = offer;
      one.holder = "Claire";
      out.tickets.push_back(one);
    }
    order::benefit pass;
    pass.id = fresh();
    pass.code = to_string(pass.id);
    pass.uses_left = 10;
    out.benefits.push_back(pass);
    commit rows;
    order::write_new(out, rows);
    write(std::move(rows));
    return out;
  }

  std::vector<std::string> numbers(const order::filter& which) {
    const auto page = answer_of<order::page>([&](auto done) { orders->list_orders(which, done); });
    REQUIRE(page.ok());
    std::vector<std::string> out;
    for (const auto& each : page->orders) out.push_back(each.number);
    return out;
  }
};

} // namespace foyer::tests::house_of
