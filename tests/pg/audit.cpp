#include "storage/audit.hpp"

#include "actors/order/order.hpp"
#include "actors/wallet/wallet.hpp"
#include "storage/ledger_walk.hpp"
#include "tests/pg/audited_house.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace foyer;
using namespace foyer::tests;

namespace {

struct planted {
  int invariant;
  const char* check;
  std::string statements;
};

/// One falsehood for each check. The statements take away the constraint that would refuse it first.
std::vector<planted> falsehoods(const audited_house& in) {
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
  the_audited_house();
  const auto found = audited(url_of(audited_house::name));
  INFO(told(found));
  CHECK(found.empty());
}

TEST_CASE("audit: every falsehood is named by its check") {
  const auto all = falsehoods(the_audited_house());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto copy = "forged_" + std::to_string(i);
    sql("create database " + copy + " template " + audited_house::name);
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
  the_audited_house();
  sql(std::string{"create database late template "} + audited_house::name);
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
  const auto& in = the_audited_house();
  const std::string copy = "numbered";
  sql("create database " + copy + " template " + audited_house::name);
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
  const auto& in = the_audited_house();
  const auto whole = storage::verify_ledger(url_of(audited_house::name));
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
    sql("create database " + copy + " template " + audited_house::name);
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
