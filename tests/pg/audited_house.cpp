#include "tests/pg/audited_house.hpp"

#include "actors/order/refund.hpp"
#include "storage/migrations.hpp"
#include "storage/pg/blocking.hpp"

#include <catch2/catch.hpp>
#include <libpq-fe.h>

namespace foyer::tests {
namespace {

/// What the wallet decided, and its state afterwards.
template <class Command>
commit decided(wallet::state& now, Command command) {
  auto step = wallet::decide(now, std::move(command));
  REQUIRE(step);
  now = std::move(step->next);
  return std::move(step->rows);
}

class builder {
public:
  audited_house make() {
    const auto schema = storage::migrate(url_of(audited_house::name));
    REQUIRE(schema);
    running_journal journal({}, {}, url_of(audited_house::name));
    of_.organisation = an_organisation(journal);
    of_.offer = an_offer(journal, of_.organisation, 10);
    add_shop_and_household(journal);
    of_.purse.household = of_.household;
    top_up(journal);
    buy(journal);
    reserve(journal);
    buy_and_refund(journal);
    return std::move(of_);
  }

private:
  void write(running_journal& journal, commit rows) {
    const auto outcome = journal.append_and_wait(std::move(rows));
    INFO(outcome.constraint << " " << outcome.detail);
    REQUIRE(outcome.status == commit_status::committed);
  }

  void add_shop_and_household(running_journal& journal) {
    commit rows;
    shop_row point;
    point.organisation = of_.organisation;
    point.id = of_.shop;
    point.slug = "online";
    point.name = "En ligne";
    point.created_at = noon();
    rows.cold.emplace_back(point);
    household_row client;
    client.organisation = of_.organisation;
    client.id = of_.household;
    client.number = "C-000001";
    client.locale = "fr";
    client.responsible = fresh_id<member_id>();
    client.members.push_back({client.responsible, "Zoé", "Lœuillet", {}, {}, {}, {}, "{}"});
    client.created_at = noon();
    rows.cold.emplace_back(client);
    write(journal, std::move(rows));
  }

  void top_up(running_journal& journal) {
    wallet::record command;
    command.organisation = of_.organisation;
    command.change = 5'000;
    command.counter_account = "cash";
    command.by = {wallet::actor_kind::staff, {}, noon()};
    command.id = fresh_id<entry_id>();
    write(journal, decided(of_.purse, std::move(command)));
  }

  order::state an_order(const std::string& number, int quantity) {
    order::state made;
    made.organisation = of_.organisation;
    made.id = fresh_id<order_id>();
    made.number = number;
    made.shop = of_.shop;
    made.household = of_.household;
    made.locale = "fr";
    made.total = 1'000 * quantity;
    made.created_at = noon();
    order::line line;
    line.id = fresh_id<line_id>();
    line.offer = of_.offer;
    line.title = "Le Cid";
    line.quantity = quantity;
    line.unit_price = 1'000;
    made.lines.push_back(line);
    return made;
  }

  static order::payment a_payment(int position, order::payment_method method, amount sum,
                                  order::payment_status status) {
    order::payment out;
    out.id = fresh_id<payment_id>();
    out.position = position;
    out.method = method;
    out.sum = sum;
    out.status = status;
    out.at = noon();
    return out;
  }

  void buy(running_journal& journal) {
    of_.paid = an_order("ORD-PAID", 2);
    of_.paid.status = order::status::paid;
    of_.paid.paid_at = noon();
    order::make_invoice(of_.paid, 2026);
    of_.paid.payments.push_back(
        a_payment(0, order::payment_method::wallet, 2'000, order::payment_status::succeeded));
    for (int i = 0; i < 2; ++i) {
      order::ticket ticket;
      ticket.id = fresh_id<ticket_id>();
      ticket.position = i;
      ticket.offer = of_.offer;
      of_.paid.tickets.push_back(ticket);
    }
    wallet::pay pay;
    pay.organisation = of_.organisation;
    pay.sum = 2'000;
    pay.order = of_.paid.id;
    pay.order_number = of_.paid.number;
    pay.by = {wallet::actor_kind::buyer, {}, noon()};
    pay.id = fresh_id<entry_id>();
    order::write_new(of_.paid, pay.rows);
    pay.rows.stock.push_back({of_.organisation, of_.offer, 2, 0});
    write(journal, decided(of_.purse, std::move(pay)));
  }

  /// Two lines of an order paid in cash, one of which is taken back.
  void buy_and_refund(running_journal& journal) {
    of_.refunded = an_order("ORD-REFUNDED", 1);
    of_.refunded.lines.push_back(of_.refunded.lines.front());
    of_.refunded.lines.back().position = 1;
    of_.refunded.lines.back().id = fresh_id<line_id>();
    of_.refunded.total = 2'000;
    of_.refunded.status = order::status::paid;
    of_.refunded.paid_at = noon();
    order::make_invoice(of_.refunded, 2026);
    of_.refunded.payments.push_back(
        a_payment(0, order::payment_method::cash, 2'000, order::payment_status::succeeded));
    for (int i = 0; i < 2; ++i) {
      order::ticket ticket;
      ticket.id = fresh_id<ticket_id>();
      ticket.position = i;
      ticket.line_position = i;
      ticket.offer = of_.offer;
      of_.refunded.tickets.push_back(ticket);
    }
    commit rows;
    order::write_new(of_.refunded, rows);
    rows.stock.push_back({of_.organisation, of_.offer, 2, 0});
    write(journal, std::move(rows));

    const auto what =
        order::plan_refund(of_.refunded, {of_.refunded.lines.back().id}, order::refund_to::wallet);
    REQUIRE(what);
    wallet::settle_hold settle;
    settle.organisation = of_.organisation;
    settle.order = of_.refunded.id;
    settle.order_number = of_.refunded.number;
    settle.refund = what->to_wallet;
    settle.refund_id = fresh_id<entry_id>();
    settle.by = {wallet::actor_kind::staff, {}, noon()};
    order_changed changed;
    changed.id = of_.refunded.id;
    changed.expected_version = 1;
    changed.version = 2;
    changed.status = static_cast<int>(order::status::paid);
    changed.paid_at = noon();
    auto& cold = settle.rows.cold;
    cold.emplace_back(changed);
    cold.emplace_back(line_cancelled{of_.refunded.id, 1});
    cold.emplace_back(tickets_cancelled{of_.refunded.id, what->line_positions, what->tickets});
    credit_note_row note;
    note.organisation = of_.organisation;
    note.id = fresh();
    note.order = of_.refunded.id;
    note.year = 2026;
    note.sum = what->sum;
    note.line_positions = what->line_positions;
    note.at = noon();
    note.parts = what->parts;
    cold.emplace_back(note);
    settle.rows.stock.push_back({of_.organisation, of_.offer, -1, 0});
    write(journal, decided(of_.purse, std::move(settle)));
  }

  void reserve(running_journal& journal) {
    of_.awaiting = an_order("ORD-WAITS", 4);
    of_.awaiting.expires_at = noon();
    of_.awaiting.payments.push_back(
        a_payment(0, order::payment_method::wallet, 1'500, order::payment_status::held));
    of_.awaiting.payments.push_back(
        a_payment(1, order::payment_method::bank_transfer, 2'500, order::payment_status::pending));
    wallet::hold hold;
    hold.organisation = of_.organisation;
    hold.sum = 1'500;
    hold.order = of_.awaiting.id;
    hold.order_number = of_.awaiting.number;
    hold.by = {wallet::actor_kind::buyer, {}, noon()};
    hold.id = fresh_id<entry_id>();
    order::write_new(of_.awaiting, hold.rows);
    hold.rows.stock.push_back({of_.organisation, of_.offer, 0, 4});
    write(journal, decided(of_.purse, std::move(hold)));
  }

  audited_house of_;
};

} // namespace

std::string url_of(const std::string& database) {
  auto url = database_url();
  const std::string key = "dbname=";
  const auto at = url.find(key) + key.size();
  return url.replace(at, url.find(' ', at) - at, database);
}

std::string run_in(const std::string& database, const std::string& statements) {
  auto open = storage::connect_blocking(url_of(database));
  REQUIRE(open);
  auto answer = storage::query(open->get(), statements);
  INFO((answer ? "" : answer.error().detail));
  REQUIRE(answer);
  return storage::first_value(*answer);
}

const audited_house& the_audited_house() {
  static const audited_house made = [] {
    sql(std::string{"create database "} + audited_house::name);
    return builder{}.make();
  }();
  return made;
}

} // namespace foyer::tests
