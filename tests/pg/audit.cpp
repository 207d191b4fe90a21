#include "storage/audit.hpp"

#include "actors/order/order.hpp"
#include "actors/order/refund.hpp"
#include "actors/wallet/wallet.hpp"
#include "storage/ledger_walk.hpp"
#include "storage/migrations.hpp"
#include "tests/pg/database.hpp"

#include <catch2/catch.hpp>
#include <libpq-fe.h>

#include <algorithm>

using namespace foyer;
using namespace foyer::tests;

namespace {

/// The same server, another database.
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

/// What the wallet decided, and its state afterwards.
template <class Command>
commit decided(wallet::state& now, Command command) {
  auto step = wallet::decide(now, std::move(command));
  REQUIRE(step);
  now = std::move(step->next);
  return std::move(step->rows);
}

/// A small organisation with a top-up, a paid order of two tickets, and an order that awaits a transfer.
class house {
public:
  house() {
    const auto schema = storage::migrate(url_of(name));
    REQUIRE(schema);
    running_journal journal({}, {}, url_of(name));
    organisation = an_organisation(journal);
    offer = an_offer(journal, organisation, 10);
    add_shop_and_household(journal);
    purse.household = household;
    top_up(journal);
    buy(journal);
    reserve(journal);
    buy_and_refund(journal);
  }

  static constexpr const char* name = "audited";
  organisation_id organisation;
  offer_id offer;
  shop_id shop = fresh_id<shop_id>();
  household_id household = fresh_id<household_id>();
  wallet::state purse;
  order::state paid;
  order::state awaiting;
  order::state refunded; // one of two lines, half of it to the wallet

private:
  void write(running_journal& journal, commit rows) {
    const auto outcome = journal.append_and_wait(std::move(rows));
    INFO(outcome.constraint << " " << outcome.detail);
    REQUIRE(outcome.status == commit_status::committed);
  }

  void add_shop_and_household(running_journal& journal) {
    commit rows;
    shop_row point;
    point.organisation = organisation;
    point.id = shop;
    point.slug = "online";
    point.name = "En ligne";
    point.created_at = noon();
    rows.cold.emplace_back(point);
    household_row client;
    client.organisation = organisation;
    client.id = household;
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
    command.organisation = organisation;
    command.change = 5'000;
    command.counter_account = "cash";
    command.by = {wallet::actor_kind::staff, {}, noon()};
    command.id = fresh_id<entry_id>();
    write(journal, decided(purse, std::move(command)));
  }

  order::state an_order(const std::string& number, int quantity) {
    order::state made;
    made.organisation = organisation;
    made.id = fresh_id<order_id>();
    made.number = number;
    made.shop = shop;
    made.household = household;
    made.locale = "fr";
    made.total = 1'000 * quantity;
    made.created_at = noon();
    order::line line;
    line.id = fresh_id<line_id>();
    line.offer = offer;
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
    paid = an_order("ORD-PAID", 2);
    paid.status = order::status::paid;
    paid.paid_at = noon();
    order::make_invoice(paid, 2026);
    paid.payments.push_back(
        a_payment(0, order::payment_method::wallet, 2'000, order::payment_status::succeeded));
    for (int i = 0; i < 2; ++i) {
      order::ticket ticket;
      ticket.id = fresh_id<ticket_id>();
      ticket.position = i;
      ticket.offer = offer;
      paid.tickets.push_back(ticket);
    }
    wallet::pay pay;
    pay.organisation = organisation;
    pay.sum = 2'000;
    pay.order = paid.id;
    pay.order_number = paid.number;
    pay.by = {wallet::actor_kind::buyer, {}, noon()};
    pay.id = fresh_id<entry_id>();
    order::write_new(paid, pay.rows);
    pay.rows.stock.push_back({organisation, offer, 2, 0});
    write(journal, decided(purse, std::move(pay)));
  }

  /// Two lines of an order paid in cash, one of which is taken back.
  void buy_and_refund(running_journal& journal) {
    refunded = an_order("ORD-REFUNDED", 1);
    refunded.lines.push_back(refunded.lines.front());
    refunded.lines.back().position = 1;
    refunded.lines.back().id = fresh_id<line_id>();
    refunded.total = 2'000;
    refunded.status = order::status::paid;
    refunded.paid_at = noon();
    order::make_invoice(refunded, 2026);
    refunded.payments.push_back(
        a_payment(0, order::payment_method::cash, 2'000, order::payment_status::succeeded));
    for (int i = 0; i < 2; ++i) {
      order::ticket ticket;
      ticket.id = fresh_id<ticket_id>();
      ticket.position = i;
      ticket.line_position = i;
      ticket.offer = offer;
      refunded.tickets.push_back(ticket);
    }
    commit rows;
    order::write_new(refunded, rows);
    rows.stock.push_back({organisation, offer, 2, 0});
    write(journal, std::move(rows));

    const auto what = order::plan_refund(refunded, {refunded.lines.back().id}, order::refund_to::wallet);
    REQUIRE(what);
    wallet::settle_hold settle;
    settle.organisation = organisation;
    settle.order = refunded.id;
    settle.order_number = refunded.number;
    settle.refund = what->to_wallet;
    settle.refund_id = fresh_id<entry_id>();
    settle.by = {wallet::actor_kind::staff, {}, noon()};
    order_changed changed;
    changed.id = refunded.id;
    changed.expected_version = 1;
    changed.version = 2;
    changed.status = static_cast<int>(order::status::paid);
    changed.paid_at = noon();
    auto& cold = settle.rows.cold;
    cold.emplace_back(changed);
    cold.emplace_back(line_cancelled{refunded.id, 1});
    cold.emplace_back(tickets_cancelled{refunded.id, what->line_positions, what->tickets});
    credit_note_row note;
    note.organisation = organisation;
    note.id = fresh();
    note.order = refunded.id;
    note.year = 2026;
    note.sum = what->sum;
    note.line_positions = what->line_positions;
    note.at = noon();
    note.parts = what->parts;
    cold.emplace_back(note);
    settle.rows.stock.push_back({organisation, offer, -1, 0});
    write(journal, decided(purse, std::move(settle)));
  }

  void reserve(running_journal& journal) {
    awaiting = an_order("ORD-WAITS", 4);
    awaiting.expires_at = noon();
    awaiting.payments.push_back(
        a_payment(0, order::payment_method::wallet, 1'500, order::payment_status::held));
    awaiting.payments.push_back(
        a_payment(1, order::payment_method::bank_transfer, 2'500, order::payment_status::pending));
    wallet::hold hold;
    hold.organisation = organisation;
    hold.sum = 1'500;
    hold.order = awaiting.id;
    hold.order_number = awaiting.number;
    hold.by = {wallet::actor_kind::buyer, {}, noon()};
    hold.id = fresh_id<entry_id>();
    order::write_new(awaiting, hold.rows);
    hold.rows.stock.push_back({organisation, offer, 0, 4});
    write(journal, decided(purse, std::move(hold)));
  }
};

const house& the_house() {
  static const house made = [] {
    sql(std::string{"create database "} + house::name);
    return house{};
  }();
  return made;
}

struct planted {
  int invariant;
  const char* check;
  std::string statements;
};

/// One falsehood for each check. The statements take away the constraint that would refuse it first.
std::vector<planted> falsehoods(const house& in) {
  const auto organisation = "'" + to_string(in.organisation) + "'";
  const auto household = "'" + to_string(in.household) + "'";
  const auto paid = "'" + to_string(in.paid.id) + "'";
  const auto waits = "'" + to_string(in.awaiting.id) + "'";
  const std::string unlock = "alter table ledger_entries disable trigger user; ";
  const std::string unbound = "alter table ledger_entries drop constraint ledger_entries_buyer; ";
  const std::string other = "'00000000-0000-7000-8000-00000000000f'";
  return {
      {1, "counter_accounts", unlock + "update ledger_entries set counter_account = '' where seq = 1"},
      {1, "organisation_sums", "update wallets set balance = balance + 1"},
      {1, "transfers", unlock + "update ledger_entries set kind = 5 where seq = 1"},
      {2, "merged_households",
       "insert into households (organisation_id, id, number, status, responsible_id, locale, version, "
       "created_at) "
       "values (" +
           organisation + ", " + other + ", 'C-X', 'added', " + other +
           ", 'fr', 1, now()); "
           "update households set archived = true, merged_into = " +
           other + " where id = " + household},
      {2, "wallet_balances", "update wallets set balance = balance + 1"},
      {2, "wallet_balances", unlock + "delete from ledger_entries where seq = 3"},
      {2, "open_holds", "update wallets set held = held - 1"},
      {2, "open_payments", "update orders set status = 3 where id = " + waits},
      {3, "paid_in_full", "update payments set amount = 1999 where order_id = " + paid},
      {3, "cancelled_orders", "update orders set status = 3 where id = " + paid},
      {3, "order_totals", "update order_lines set quantity = 3 where order_id = " + paid},
      {3, "purchase_entries", "update payments set method = 5 where order_id = " + paid},
      {3, "hold_entries", "update payments set status = 2 where status = 1"},
      {3, "repayments", "update orders set kind = 2 where id = " + paid},
      {3, "entries_of_orders", unlock + "update ledger_entries set order_id = null where kind = 2"},
      {3, "entries_of_orders", "update orders set household_id = null where id = " + paid},
      {3, "credit_notes", "update credit_notes set amount = 999"},
      {3, "credit_notes", "update order_lines set cancelled = false"},
      {3, "credit_notes", "update refunds set amount = 2001"},
      {3, "cancelled_orders", "update refunds set method = 5"},
      {4, "capacities",
       "alter table offer_stock drop constraint offer_stock_capacity; update offer_stock set sold = 7"},
      {4, "stock_of_offers", "update offers set capacity = 11"},
      {4, "places", "update offer_stock set held = 3"},
      {4, "tickets_of_lines", "delete from tickets where position = 1"},
      {4, "benefits_of_lines", "update offers set kind = 'pass'"},
      {4, "lines_of_tickets", "update tickets set line_position = 1 where position = 1"},
      {4, "ticket_ids", "update tickets set id = (select id from tickets where position = 0 limit 1)"},
      {5, "heads", "update wallets set head = sha256('')"},
      {5, "chains", unlock + "update ledger_entries set reason = 'forged' where seq = 2"},
      {7, "below_zero", unlock + unbound + "update ledger_entries set balance_after = -1 where kind = 2"},
      {7, "below_floor",
       unlock + unbound + "update ledger_entries set by_kind = 2, balance_after = -1 where kind = 2"},
      {8, "organisations_of_wallets",
       "update wallets set organisation_id = " + other + " where household_id = " + household},
      {8, "organisations_of_wallets", "update orders set organisation_id = " + other + " where id = " + paid},
      {8, "organisations_of_orders", "update order_lines set organisation_id = " + other},
      {8, "organisations_of_orders", "update orders set shop_id = " + other},
      {8, "organisations_of_others", "update offer_stock set organisation_id = " + other},
      {8, "organisations_of_others",
       "insert into deadlines values (" + other + ", 3, " + paid + ", " + other + ", now())"},
      {8, "organisations_of_others",
       "insert into outbox values (gen_random_uuid(), " + other +
           ", 'order_paid', 'fr', 'zoe@example.org', null, '{}', 1, 2, 1, now(), null, now(), now(), null, " +
           household + ")"},
      {8, "organisations_of_orders",
       "insert into benefits values (" + other + ", " + paid + ", " + organisation +
           ", 0, null, 'pass', 'X', 1)"},
      {8, "organisations_of_orders", "update refunds set organisation_id = " + other},
      {8, "organisations_of_files",
       "insert into hand_enrolments values (" + other + ", " + paid + ", 'free', 'x', null, now())"},
      {8, "organisations_of_files",
       "insert into attendances values (" + other + ", " + paid + ", 0, '2026-01-31', true, null, now())"},
      {9, "invoice_numbers", "update orders set invoice_number = 3 where id = " + paid},
      {9, "invoice_numbers", "update orders set invoice_number = 2 where id = " + paid},
      {9, "invoice_numbers", "update paper_counters set last = 3 where kind = 1"},
      {9, "invoice_numbers", "delete from paper_counters where kind = 1"},
      {9, "credit_note_numbers", "update credit_notes set number = 2"},
      {9, "invoices_of_orders", "update orders set invoice_number = null where id = " + paid},
      {9, "invoices_of_orders",
       "update orders set invoice_year = 2026, invoice_number = 3 where id = " + waits},
  };
}

/// What the audit found, or a failed test with the reason why it could not look.
std::vector<storage::violation> audited(const std::string& url) {
  auto found = storage::audit(url);
  INFO((found ? "" : found.error().detail));
  REQUIRE(found);
  return *found;
}

std::string told(const std::vector<storage::violation>& found) {
  std::string out;
  for (const auto& each : found)
    out += std::to_string(each.invariant) + " " + each.check + ": " + each.what + "\n";
  return out;
}

} // namespace

TEST_CASE("audit: what the program itself wrote is clean") {
  the_house();
  const auto found = audited(url_of(house::name));
  INFO(told(found));
  CHECK(found.empty());
}

TEST_CASE("audit: every falsehood is named by its check") {
  const auto all = falsehoods(the_house());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto copy = "forged_" + std::to_string(i);
    sql("create database " + copy + " template " + house::name);
    run_in(copy, all[i].statements);
    INFO(all[i].check << " after " << all[i].statements);
    const auto found = audited(url_of(copy));
    INFO(told(found));
    CHECK(std::any_of(found.begin(), found.end(), [&](const storage::violation& each) {
      return each.invariant == all[i].invariant && each.check == all[i].check;
    }));
    sql("drop database " + copy);
  }
}

TEST_CASE("O4 audit: an order or a mail that outlives its time shows only while a server runs") {
  the_house();
  sql(std::string{"create database late template "} + house::name);
  run_in("late",
         "insert into outbox values (gen_random_uuid(), null, 'confirmation', 'fr', 'zoe@example.org', null, "
         "'{}', 0, 1, 1, now(), now() - interval '1 hour', now())");
  CHECK(audited(url_of("late")).empty());
  const auto impatient = url_of("late") + " options='-c foyer.audit_grace=0s'";
  CHECK(audited(impatient).empty());
  {
    auto url = url_of("late");
    url.resize(url.find("application_name="));
    const auto server = storage::connect_blocking(url + "application_name=foyer-journal-test");
    REQUIRE(server);
    const auto found = audited(impatient);
    INFO(told(found));
    REQUIRE(found.size() == 2);
    CHECK(found[0].check == "expiries");
    CHECK(found[1].check == "leases");
  }
}

TEST_CASE("O7 the orders of one batch get the next numbers, and one that is refused leaves no gap") {
  const auto& in = the_house();
  const std::string copy = "numbered";
  sql("create database " + copy + " template " + house::name);
  const auto numbers =
      "select string_agg(invoice_number::text, ' ' order by invoice_number) from orders where "
      "invoice_year = 2026";
  CHECK(run_in(copy, numbers) == "1 2");
  {
    running_journal journal({}, {}, url_of(copy));
    std::vector<std::pair<std::string, int>> orders;
    for (int i = 0; i < 20; ++i) orders.emplace_back("ORD-" + std::to_string(i), i == 15 ? 2027 : 2026);
    orders[7].first = orders[11].first = in.paid.number; // these two are refused: the number is taken
    std::vector<commit> all;
    for (const auto& [number, year] : orders) {
      auto made = in.paid;
      made.id = fresh_id<order_id>();
      made.number = number;
      made.invoice_year = year;
      made.lines.clear();
      made.payments.clear();
      made.tickets.clear();
      commit rows;
      order::write_new(made, rows);
      all.push_back(std::move(rows));
    }
    int refused = 0;
    for (const auto& each : journal.append_all(std::move(all)))
      refused += each.status == commit_status::committed ? 0 : 1;
    CHECK(refused == 2);
  }
  CHECK(run_in(copy, numbers) == "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19");
  CHECK(run_in(copy, "select string_agg(kind || ':' || year || ':' || last, ' ' order by kind, year) "
                     "from paper_counters") == "1:2026:19 1:2027:1 2:2026:1");
  sql("drop database " + copy);
}

TEST_CASE("audit: a database that can't be reached, or has no tables, is no clean one") {
  sql("create database empty_one");
  CHECK_FALSE(storage::audit(url_of("empty_one")));
  CHECK_FALSE(storage::audit(url_of("nowhere")));
  CHECK_FALSE(storage::verify_ledger(url_of("nowhere")));
}

TEST_CASE("W2 the walk names the first broken entry of a wallet, and counts what it saw") {
  const auto& in = the_house();
  const auto whole = storage::verify_ledger(url_of(house::name));
  REQUIRE(whole);
  CHECK(whole->wallets == 1);
  CHECK(whole->entries == 4);
  CHECK(whole->broken.empty());
  const std::string unlock = "alter table ledger_entries disable trigger user; ";
  const std::vector<std::pair<std::string, std::int64_t>> forgeries{
      {"update ledger_entries set amount = amount + 1 where seq = 1", 1},
      {"update ledger_entries set at = at + interval '1 us' where seq = 2", 2},
      {"update ledger_entries set counter_account = 'cash ' where seq in (2, 3)", 2},
      {"delete from ledger_entries where seq = 2", 3},
      {"delete from ledger_entries where seq = 4", 3}, // the wallet's head tells
      {"delete from wallets", 4},
  };
  for (std::size_t i = 0; i < forgeries.size(); ++i) {
    const auto copy = "broken_" + std::to_string(i);
    sql("create database " + copy + " template " + house::name);
    run_in(copy, unlock + forgeries[i].first);
    const auto report = storage::verify_ledger(url_of(copy));
    INFO(forgeries[i].first);
    REQUIRE(report);
    REQUIRE(report->broken.size() == 1);
    CHECK(report->broken[0].household == in.household);
    CHECK(report->broken[0].seq == forgeries[i].second);
    sql("drop database " + copy);
  }
}
