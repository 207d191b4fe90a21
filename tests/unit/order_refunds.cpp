#include "actors/order/refund.hpp"
#include "actors/vocabulary/local_year.hpp"
#include "papers/account_paper.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>

using namespace foyer;
using order::payment_method;
using order::refund_to;

namespace {

line_id line_number(int number) {
  line_id out;
  out.value.bytes[15] = static_cast<std::uint8_t>(number + 1);
  return out;
}

order::state sold(const std::vector<amount>& prices,
                  const std::vector<std::pair<payment_method, amount>>& paid) {
  order::state out;
  out.status = order::status::paid;
  for (std::size_t i = 0; i < prices.size(); ++i) {
    order::line line;
    line.position = static_cast<int>(i);
    line.id = line_number(line.position);
    line.unit_price = prices[i];
    out.lines.push_back(line);
    out.total += prices[i];
    order::ticket ticket;
    ticket.line_position = line.position;
    out.tickets.push_back(ticket);
  }
  for (std::size_t i = 0; i < paid.size(); ++i) {
    order::payment one;
    one.position = static_cast<int>(i);
    one.method = paid[i].first;
    one.sum = paid[i].second;
    one.status = order::payment_status::succeeded;
    out.payments.push_back(one);
  }
  return out;
}

// As the journal writes it and the loader reads it back.
void take_back(order::state& of, const order::refund_plan& what) {
  order::credit_note note;
  note.sum = what.sum;
  note.line_positions = what.line_positions;
  note.parts = what.parts;
  order::apply(of, what);
  if (what.sum > 0) of.credit_notes.push_back(std::move(note));
}

} // namespace

TEST_CASE("O8 a line goes back to the wallet, or as it was paid, stored value first") {
  const auto order = sold({300, 700}, {{payment_method::cash, 800}, {payment_method::wallet, 200}});
  const auto to_wallet = order::plan_refund(order, {line_number(0)}, refund_to::wallet);
  REQUIRE(to_wallet);
  CHECK(to_wallet->sum == 300);
  CHECK(to_wallet->to_wallet == 300);
  CHECK(to_wallet->tickets == 1);
  CHECK_FALSE(to_wallet->whole);
  const auto original = order::plan_refund(order, {line_number(0)}, refund_to::original);
  REQUIRE(original);
  REQUIRE(original->parts.size() == 2);
  CHECK(original->parts[0].method == static_cast<int>(payment_method::wallet));
  CHECK(original->parts[0].sum == 200);
  CHECK(original->parts[1].method == static_cast<int>(payment_method::cash));
  CHECK(original->parts[1].sum == 100);
  CHECK(original->to_wallet == 200);
}

TEST_CASE("O8 what was not paid, was used, or is cancelled already is not refunded") {
  auto order = sold({300, 700}, {{payment_method::cash, 1'000}});
  CHECK(order::plan_refund(order, {line_number(7)}, refund_to::wallet).error().code == errc::invalid);
  CHECK(order::plan_refund(order, {line_number(1), line_number(1)}, refund_to::wallet).error().code ==
        errc::invalid);
  order.tickets[1].status = order::ticket_status::used;
  CHECK(order::plan_refund(order, {}, refund_to::wallet).error().code == errc::too_late);
  const auto first = order::plan_refund(order, {line_number(0)}, refund_to::wallet);
  REQUIRE(first);
  take_back(order, *first);
  CHECK(order.tickets[0].status == order::ticket_status::cancelled);
  CHECK(order::plan_refund(order, {line_number(0)}, refund_to::wallet).error().code == errc::conflict);
  for (const auto status :
       {order::status::awaiting_payment, order::status::cancelled, order::status::refunded}) {
    order.status = status;
    CHECK(order::plan_refund(order, {}, refund_to::wallet).error().code == errc::too_late);
  }
  order.status = order::status::paid;
  order.kind = order::kind::repayment;
  CHECK(order::plan_refund(order, {}, refund_to::wallet).error().code == errc::conflict);
}

TEST_CASE("O8 refunds in any parts give back exactly what was paid, and of no payment more than it was") {
  std::mt19937_64 random{20'261'122};
  const auto below = [&](std::uint64_t end) { return static_cast<amount>(random() % end); };
  constexpr payment_method methods[] = {payment_method::wallet, payment_method::cash, payment_method::cheque,
                                        payment_method::voucher};
  for (int run = 0; run < 20'000; ++run) {
    std::vector<amount> prices;
    amount total = 0;
    for (auto lines = 1 + below(5); lines > 0; --lines) total += prices.emplace_back(below(5'000));
    std::vector<std::pair<payment_method, amount>> paid;
    for (auto rest = total; rest > 0;) {
      const auto part = paid.size() == 3 ? rest : 1 + below(static_cast<std::uint64_t>(rest));
      paid.emplace_back(methods[below(4)], part);
      rest -= part;
    }
    auto order = sold(prices, paid);
    while (order.status == order::status::paid) {
      std::vector<line_id> lines;
      for (const auto& each : order.lines)
        if (!each.cancelled && below(2) == 0) lines.push_back(each.id);
      const auto what =
          order::plan_refund(order, lines, below(2) == 0 ? refund_to::wallet : refund_to::original);
      REQUIRE(what);
      amount parts = 0;
      for (const auto& each : what->parts) parts += each.sum;
      REQUIRE(parts == what->sum);
      take_back(order, *what);
    }
    std::map<int, amount> returned;
    amount credited = 0;
    for (const auto& note : order.credit_notes) {
      credited += note.sum;
      for (const auto& part : note.parts) returned[part.payment_position.value_or(-1)] += part.sum;
    }
    REQUIRE(credited == total);
    for (const auto& each : order.payments) REQUIRE(returned[each.position] == each.sum);
  }
}

TEST_CASE("O7 the tax of an invoice is told by rate, and net and tax are the price to the cent") {
  std::mt19937_64 random{7};
  for (int run = 0; run < 20'000; ++run) {
    std::vector<order::line> lines;
    amount total = 0;
    for (auto count = 1 + random() % 6; count > 0; --count) {
      auto& line = lines.emplace_back();
      line.unit_price = static_cast<amount>(random() % 10'000'000);
      line.quantity = static_cast<std::int32_t>(1 + random() % 50);
      line.vat_basis_points = static_cast<int>(random() % 4) * 550;
      total += line.unit_price * line.quantity;
    }
    amount net = 0;
    amount tax = 0;
    int last = -1;
    for (const auto& part : papers::vat_of(lines)) {
      REQUIRE(part.basis_points > last);
      last = part.basis_points;
      REQUIRE((part.tax >= 0 && part.net() >= 0));
      net += part.net();
      tax += part.tax;
    }
    REQUIRE(net + tax == total);
  }
}

TEST_CASE("O7 an invoice belongs to the year that it is where the organisation is") {
  const auto at = [](int year, unsigned month, unsigned day, int hours) {
    using namespace std::chrono;
    return foyer::time_point{sys_days{std::chrono::year{year} / month / day} + std::chrono::hours{hours}};
  };
  CHECK(local_year("Europe/Paris", at(2026, 12, 31, 22)) == 2026);
  CHECK(local_year("Europe/Paris", at(2026, 12, 31, 23)) == 2027);
  CHECK(local_year("America/Martinique", at(2027, 1, 1, 3)) == 2026);
  CHECK(local_year("America/Martinique", at(2027, 1, 1, 4)) == 2027);
  CHECK(local_year("Pacific/Auckland", at(2026, 12, 31, 12)) == 2027);
  CHECK(local_year("Nowhere/At_All", at(2026, 12, 31, 23)) == 2026);
  CHECK(local_year("", at(2027, 1, 1, 0)) == 2027);
  CHECK(local_minute("Europe/Paris", at(2026, 7, 1, 22)) == "2026-07-02 00:00");
  CHECK(local_minute("America/Martinique", at(2026, 1, 1, 0)) == "2025-12-31 20:00");
  CHECK(papers::paper_number(papers::paper_kind::invoice, 2026, 123) == "F2026-000123");
  CHECK(papers::paper_number(papers::paper_kind::credit_note, 2026, 1'234'567) == "A2026-1234567");
}

TEST_CASE("O1 a time zone is a region's name, or UTC") {
  for (const auto* name :
       {"Europe/Paris", "America/Martinique", "America/Argentina/Buenos_Aires", "Etc/UTC", "UTC"})
    CHECK(is_time_zone(name));
  for (const auto* name : {"", "Mars/X", "Europe/", "Europe/paris", "Paris", "CET", "PST", "GMT+5", "+02:00",
                           "Etc/Unknown", "SystemV/AST4"})
    CHECK_FALSE(is_time_zone(name));
}
