#include "papers/account_paper.hpp"

#include "actors/order/refund.hpp"

#include <algorithm>
#include <map>

namespace foyer::papers {
namespace {

account_paper head_of(paper_kind kind, const order::state& of, std::string client_address) {
  account_paper out;
  out.kind = kind;
  out.order_number = of.number;
  out.client_name = of.buyer_first_name;
  if (!out.client_name.empty() && !of.buyer_last_name.empty()) out.client_name += ' ';
  out.client_name += of.buyer_last_name;
  out.client_address = std::move(client_address);
  return out;
}

// What was received, also if it went back later: the credit note says so.
void add_payments(account_paper& to, const order::state& of) {
  for (const auto& each : of.payments)
    if (each.status == order::payment_status::succeeded || each.status == order::payment_status::refunded)
      to.payments.push_back({each.method, each.sum, each.at, each.reference});
}

} // namespace

std::vector<vat_part> vat_of(const std::vector<order::line>& lines) {
  std::map<int, amount> sums;
  for (const auto& each : lines) sums[each.vat_basis_points] += each.unit_price * each.quantity;
  std::vector<vat_part> out;
  for (const auto& [rate, gross] : sums) out.push_back({rate, gross, vat_included(gross, rate)});
  return out;
}

std::string paper_number(paper_kind kind, int year, std::int64_t number) {
  return order::paper_number(kind == paper_kind::credit_note ? 'A' : 'F', year, number);
}

account_paper invoice_of(const order::state& of, std::string client_address) {
  auto out = head_of(paper_kind::invoice, of, std::move(client_address));
  out.number = paper_number(out.kind, of.invoice_year.value_or(0), of.invoice_number);
  out.at = of.paid_at.value_or(of.created_at);
  out.lines = of.lines;
  add_payments(out, of);
  return out;
}

account_paper receipt_of(const order::state& of, std::string client_address) {
  auto out = head_of(paper_kind::receipt, of, std::move(client_address));
  if (of.invoice_number > 0)
    out.other_number = paper_number(paper_kind::invoice, of.invoice_year.value_or(0), of.invoice_number);
  out.at = of.created_at;
  out.lines = of.lines;
  add_payments(out, of);
  if (of.status == order::status::awaiting_payment) out.outstanding = of.outstanding();
  return out;
}

account_paper credit_note_of(const order::state& of, const order::credit_note& note,
                             std::string client_address) {
  auto out = head_of(paper_kind::credit_note, of, std::move(client_address));
  out.number = paper_number(out.kind, note.year, note.number);
  out.other_number = paper_number(paper_kind::invoice, of.invoice_year.value_or(0), of.invoice_number);
  out.at = note.at;
  out.reason = note.reason;
  for (const auto& each : of.lines)
    if (std::find(note.line_positions.begin(), note.line_positions.end(), each.position) !=
        note.line_positions.end())
      out.lines.push_back(each);
  for (const auto& each : note.parts)
    out.payments.push_back(
        {static_cast<organisation::payment_method>(each.method), each.sum, note.at, note.reference});
  return out;
}

} // namespace foyer::papers
