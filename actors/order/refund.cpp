#include "actors/order/refund.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

namespace foyer::order {
namespace {

bool has(const std::vector<int>& positions, int wanted) {
  return std::find(positions.begin(), positions.end(), wanted) != positions.end();
}

outcome<std::vector<int>> positions_of(const state& of, const std::vector<line_id>& lines) {
  std::vector<int> out;
  if (lines.empty()) {
    for (const auto& each : of.lines)
      if (!each.cancelled) out.push_back(each.position);
    return out;
  }
  refusal unknown{errc::invalid};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto found =
        std::find_if(of.lines.begin(), of.lines.end(), [&](const auto& each) { return each.id == lines[i]; });
    const auto field = "/lines/" + std::to_string(i);
    if (found == of.lines.end())
      unknown.fields.push_back({field, "invalid"});
    else if (has(out, found->position))
      unknown.fields.push_back({field, "duplicate"});
    else if (found->cancelled)
      return refusal{errc::conflict, "A line is cancelled already."};
    else
      out.push_back(found->position);
  }
  if (!unknown.fields.empty()) return unknown;
  return out;
}

// What is left of each payment, stored value first.
std::vector<std::pair<const payment*, amount>> left_of_payments(const state& of) {
  std::map<int, amount> returned;
  for (const auto& note : of.credit_notes)
    for (const auto& part : note.parts) returned[part.payment_position.value_or(0)] += part.sum;
  std::vector<std::pair<const payment*, amount>> out;
  for (const auto& each : of.payments)
    if (each.status == payment_status::succeeded && each.sum > returned[each.position])
      out.emplace_back(&each, each.sum - returned[each.position]);
  std::stable_partition(out.begin(), out.end(), [](const auto& each) {
    return each.first->method == payment_method::wallet || each.first->method == payment_method::voucher;
  });
  return out;
}

// A voucher can't be filled again: its value goes to the wallet, which is stored value as well.
payment_method goes_back_by(payment_method paid_by, refund_to where) {
  return where == refund_to::wallet || paid_by == payment_method::voucher ? payment_method::wallet : paid_by;
}

} // namespace

outcome<refund_plan> plan_refund(const state& of, const std::vector<line_id>& lines, refund_to where) {
  if (of.status != status::paid) return errc::too_late;
  if (of.kind != kind::sale) return refusal{errc::conflict, "A repayment is not refunded."};
  auto positions = positions_of(of, lines);
  if (!positions) return positions.error();
  refund_plan out;
  out.line_positions = std::move(*positions);
  out.whole = true;
  for (const auto& each : of.lines) {
    if (has(out.line_positions, each.position))
      out.sum += each.unit_price * each.quantity; // their total was checked when they were ordered
    else if (!each.cancelled)
      out.whole = false;
  }
  for (const auto& each : of.tickets) {
    if (!has(out.line_positions, each.line_position)) continue;
    if (each.status == ticket_status::used) return refusal{errc::too_late, "A ticket was used already."};
    if (each.status == ticket_status::valid) ++out.tickets;
  }
  auto rest = out.sum;
  for (const auto& [paid, left] : left_of_payments(of)) {
    if (rest == 0) break;
    const auto part = std::min(rest, left);
    const auto method = goes_back_by(paid->method, where);
    out.parts.push_back({paid->position, static_cast<int>(method), part});
    if (method == payment_method::wallet) out.to_wallet += part;
    rest -= part;
  }
  if (rest > 0) return refusal{errc::conflict, "The order's payments do not cover what would be refunded."};
  return out;
}

void apply(state& of, const refund_plan& what) {
  for (auto& each : of.lines)
    if (has(what.line_positions, each.position)) each.cancelled = true;
  for (auto& each : of.tickets)
    if (has(what.line_positions, each.line_position)) each.status = ticket_status::cancelled;
  for (auto& each : of.benefits) {
    if (!has(what.line_positions, each.line_position)) continue;
    if (each.uses_left) each.uses_left = 0;
    if (each.value_left) each.value_left = 0;
  }
  if (!what.whole) return;
  of.status = status::refunded;
  for (auto& each : of.payments)
    if (each.status == payment_status::succeeded) each.status = payment_status::refunded;
}

std::string paper_number(char letter, int year, std::int64_t number) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%c%04d-%06lld", letter, year, static_cast<long long>(number));
  return digits;
}

} // namespace foyer::order
