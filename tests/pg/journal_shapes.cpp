#include "storage/journal_shape.hpp"
#include "tests/pg/database.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace foyer::tests;
namespace hot = foyer::storage::hot;

namespace {

/// One row of each kind that the shape names, besides wallets. The key tells whether the commit landed.
commit rows_of(unsigned shape, const organisation_id& at, const offer_id& offer) {
  commit out;
  const auto order = fresh_id<order_id>();
  if ((shape & (hot::orders | hot::invoices)) != 0) {
    order_row row;
    row.organisation = at;
    row.id = order;
    row.number = to_string(order);
    row.shop = fresh_id<shop_id>();
    row.total = 500;
    row.created_at = noon();
    if ((shape & hot::invoices) != 0) row.invoice_year = 2026;
    out.orders.push_back(std::move(row));
    line_row line;
    line.organisation = at;
    line.order = order;
    line.id = fresh_id<line_id>();
    line.offer = offer;
    out.lines.push_back(std::move(line));
    out.payments.push_back({at, order, 0, fresh_id<payment_id>(), 1, 500, 1, {}, noon()});
  }
  if ((shape & hot::tickets) != 0) {
    ticket_row row;
    row.organisation = at;
    row.order = order;
    row.id = fresh_id<ticket_id>();
    row.offer = offer;
    out.tickets.push_back(std::move(row));
  }
  if ((shape & hot::stock) != 0) out.stock.push_back({at, offer, 1, 0});
  if ((shape & hot::mails) != 0) {
    mail_row row;
    row.id = fresh_id<mail_id>();
    row.organisation = at;
    row.template_name = "order_paid";
    row.locale = "fr";
    row.to_address = "camille@example.org";
    row.params = "{}";
    row.at = noon();
    out.mails.push_back(std::move(row));
  }
  if ((shape & hot::deadlines) != 0)
    out.deadlines.push_back({fresh_id<deadline_id>(), deadline_kind::order_expiry, fresh(), at, noon()});
  out.idempotency.push_back({fresh(), fresh_hash(), 201, "{}", noon()});
  return out;
}

bool landed(const commit& rows) {
  return sql("select count(*) from idempotency where id = '" + to_string(rows.idempotency[0].id) + "'") ==
         "1";
}

// Those of rows_of, one after the other: with wallets more than a connection prepares, so that the last ones
// take the statement for all.
std::vector<unsigned> many_shapes() {
  std::vector<unsigned> out;
  for (unsigned bits = 0; bits < 64; ++bits)
    out.push_back(((bits & 1) != 0 ? hot::orders : 0) | ((bits & 2) != 0 ? hot::invoices | hot::orders : 0) |
                  ((bits & 4) != 0 ? hot::tickets : 0) | ((bits & 8) != 0 ? hot::stock : 0) |
                  ((bits & 16) != 0 ? hot::mails : 0) | ((bits & 32) != 0 ? hot::deadlines : 0));
  return out;
}

} // namespace

TEST_CASE("journal: the database understands the statement of every shape") {
  session database;
  for (unsigned shape = 0; shape <= hot::all; ++shape) {
    const auto wrong = database.run("prepare shape as " + storage::hot_sql(shape));
    INFO(shape << " " << wrong);
    REQUIRE(wrong.find("ERROR") == std::string::npos);
    database.run("deallocate shape");
  }
}

TEST_CASE("journal: a stale wallet undoes everything in a batch of any shape") {
  running_journal journal;
  const auto at = an_organisation(journal);
  const auto offer = an_offer(journal, at, 1'000);
  const auto household = fresh_id<household_id>();
  commit first;
  first.wallets.push_back(a_wallet(at, household, 0, 100));
  REQUIRE(journal.append_and_wait(std::move(first)).status == commit_status::committed);
  for (const auto shape : many_shapes()) {
    auto rows = rows_of(shape, at, offer);
    rows.wallets.push_back(a_wallet(at, household, 7, 200));
    const auto outcome = journal.append_and_wait(rows);
    INFO(shape << " " << outcome.detail);
    REQUIRE(outcome.status == commit_status::stale);
    REQUIRE_FALSE(landed(rows));
  }
  CHECK(sql("select balance from wallets where household_id = '" + to_string(household) + "'") == "100");
  CHECK(sql("select sold from offer_stock where offer_id = '" + to_string(offer) + "'") == "0");
}

TEST_CASE("journal: an offer without a place left undoes everything in a batch of any shape") {
  running_journal journal;
  const auto at = an_organisation(journal);
  const auto full = an_offer(journal, at, 0);
  for (const auto shape : many_shapes()) {
    auto rows = rows_of(shape | hot::stock, at, full);
    const auto outcome = journal.append_and_wait(rows);
    INFO(shape << " " << outcome.detail);
    REQUIRE(outcome.status == commit_status::rejected);
    REQUIRE(outcome.constraint == "offer_stock_capacity");
    REQUIRE_FALSE(landed(rows));
    rows.stock.assign({{at, fresh_id<offer_id>(), 1, 0}});
    REQUIRE(journal.append_and_wait(rows).status == commit_status::stale);
    REQUIRE_FALSE(landed(rows));
  }
}

TEST_CASE("journal: a batch of any shape lands once, new wallets and changed ones") {
  running_journal journal;
  const auto at = an_organisation(journal);
  const auto offer = an_offer(journal, at, 1'000);
  const auto household = fresh_id<household_id>();
  std::int64_t version = 0;
  std::int64_t invoices = 0;
  for (const auto shape : many_shapes()) {
    std::vector<commit> all;
    all.push_back(rows_of(shape, at, offer));
    all.back().wallets.push_back(a_wallet(at, household, version, 100 + version));
    all.back().entries.push_back(an_entry(all.back().wallets.back(), version + 1, 1));
    all.push_back(rows_of(shape, at, offer));
    if ((shape & hot::mails) != 0) all.back().wallets.push_back(a_wallet(at, fresh_id<household_id>(), 0, 5));
    ++version;
    if ((shape & hot::invoices) != 0) invoices += 2;
    const auto written = all;
    for (const auto& outcome : journal.append_all(std::move(all))) {
      INFO(shape << " " << outcome.constraint << " " << outcome.detail);
      REQUIRE(outcome.status == commit_status::committed);
    }
    for (const auto& rows : written) REQUIRE(landed(rows));
  }
  const auto here = " where organisation_id = '" + to_string(at) + "'";
  CHECK(sql("select entries_count from wallets where household_id = '" + to_string(household) + "'") == "64");
  CHECK(sql("select count(*) || ' ' || max(invoice_number) || ' ' || count(distinct invoice_number) from "
            "orders" +
            here + " and invoice_number is not null") ==
        std::to_string(invoices) + " " + std::to_string(invoices) + " " + std::to_string(invoices));
  CHECK(sql("select count(*) from outbox" + here) == "64");
  CHECK(sql("select count(*) from tickets" + here) == "64");
  CHECK(sql("select sold from offer_stock where offer_id = '" + to_string(offer) + "'") == "64");
}
