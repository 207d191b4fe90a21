#include "storage/loaders/order_rows.hpp"

#include <unordered_map>

namespace foyer::storage {
namespace {

using order::state;

constexpr pg::statement orders_by_ids{
    "orders_by_ids",
    "select organisation_id, id, number, kind, status, shop_id, household_id, account_id, buyer_email, "
    "buyer_first_name, buyer_last_name, buyer_answers, locale, total, created_at, paid_at, expires_at, "
    "cancel_reason, "
    "version, invoice_year, coalesce(invoice_number, 0), by_guest from orders where id = any($1::uuid[]) "
    "order by id "
    "desc"};
constexpr pg::statement lines_by_orders{
    "lines_by_orders",
    "select order_id, id, position, offer_id, rate_id, title, quantity, unit_price, vat_basis_points, "
    "member_ids, "
    "cancelled from order_lines where order_id = any($1::uuid[]) order by order_id, position"};
constexpr pg::statement payments_by_orders{
    "payments_by_orders",
    "select order_id, id, position, method, amount, status, reference, at, taken_by from payments "
    "where order_id = any($1::uuid[]) order by order_id, position"};
constexpr pg::statement tickets_by_orders{
    "tickets_by_orders",
    "select t.order_id, " FOYER_TICKET_COLUMNS " from tickets t left join offers f on f.id = t.offer_id "
    "where t.order_id = any($1::uuid[]) order by t.order_id, t.position"};
constexpr pg::statement benefits_by_orders{"benefits_by_orders",
                                           "select b.order_id, " FOYER_BENEFIT_COLUMNS
                                           " from benefits b where b.order_id = any($1::uuid[]) "
                                           "order by b.order_id, b.line_position, b.id"};

constexpr pg::statement credit_notes_by_orders{
    "credit_notes_by_orders",
    "select n.order_id, n.id, n.year, n.number, n.amount, n.line_positions::int[], n.reason, n.reference, "
    "n.by_account, n.at, array_agg(r.payment_position::int order by r.position), "
    "array_agg(r.method::int order by r.position), array_agg(r.amount order by r.position) "
    "from credit_notes n join refunds r on r.credit_note_id = n.id where n.order_id = any($1::uuid[]) "
    "group by n.id order by n.order_id, n.id"};

template <class Enum>
Enum number_as(pg::row_reader& row) {
  return static_cast<Enum>(row.next<std::int32_t>());
}

state order_of(const pg::rows& from, int index) {
  state out;
  pg::row_reader row{from, index};
  row.into(out.organisation, out.id, out.number);
  out.kind = number_as<order::kind>(row);
  out.status = number_as<order::status>(row);
  row.into(out.shop, out.household, out.account, out.buyer_email, out.buyer_first_name, out.buyer_last_name,
           out.buyer_answers, out.locale, out.total, out.created_at, out.paid_at, out.expires_at,
           out.cancel_reason, out.version, out.invoice_year, out.invoice_number, out.by_guest);
  return out;
}

order::line line_of(pg::row_reader& from) {
  order::line out;
  from.into(out.id, out.position, out.offer, out.rate, out.title, out.quantity, out.unit_price,
            out.vat_basis_points, out.members, out.cancelled);
  return out;
}

order::payment payment_of(pg::row_reader& from) {
  order::payment out;
  from.into(out.id, out.position);
  out.method = number_as<order::payment_method>(from);
  from.into(out.sum);
  out.status = number_as<order::payment_status>(from);
  from.into(out.reference, out.at, out.taken_by);
  return out;
}

order::credit_note note_of(pg::row_reader& from) {
  order::credit_note out;
  std::vector<std::int32_t> payments;
  std::vector<std::int32_t> methods;
  std::vector<std::int64_t> sums;
  from.into(out.id, out.year, out.number, out.sum, out.line_positions, out.reason, out.reference, out.by,
            out.at, payments, methods, sums);
  for (std::size_t i = 0; i < payments.size(); ++i)
    out.parts.push_back({payments[i], methods.at(i), sums.at(i)});
  return out;
}

// Gives each row, whose first column is its order's id, to that order.
template <class Put>
void deal(const pg::rows& from, std::vector<state>& to,
          const std::unordered_map<order_id, std::size_t>& place, Put put) {
  for (int row = 0; row < from.size(); ++row) {
    pg::row_reader reader{from, row};
    const auto found = place.find(reader.next<order_id>());
    if (found != place.end()) put(to[found->second], reader);
  }
}

} // namespace

order::ticket read_ticket(pg::row_reader& from) {
  order::ticket out;
  from.into(out.id, out.position, out.line_position, out.offer, out.holder);
  out.status = number_as<order::ticket_status>(from);
  // Microseconds since 1970, as offer::to_json writes it. The date is the offer's, which may move.
  if (const auto starts_at = from.next<std::optional<std::int64_t>>())
    out.starts_at = time_point{duration{*starts_at}};
  from.into(out.used_at);
  return out;
}

order::benefit read_benefit(pg::row_reader& from) {
  order::benefit out;
  from.into(out.id, out.line_position, out.voucher, out.code, out.uses_left, out.value_left, out.expires_at);
  return out;
}

std::vector<pg::read_query> whole_orders(const std::vector<order_id>& ids) {
  return queries(query(orders_by_ids, ids), query(lines_by_orders, ids), query(payments_by_orders, ids),
                 query(tickets_by_orders, ids), query(benefits_by_orders, ids),
                 query(credit_notes_by_orders, ids));
}

std::vector<state> orders_of(const pg::read_pool::all_rows& from) {
  std::vector<state> out;
  std::unordered_map<order_id, std::size_t> place;
  for (int row = 0; row < from[0].size(); ++row) {
    out.push_back(order_of(from[0], row));
    place.emplace(out.back().id, out.size() - 1);
  }
  deal(from[1], out, place, [](state& of, pg::row_reader& row) { of.lines.push_back(line_of(row)); });
  deal(from[2], out, place, [](state& of, pg::row_reader& row) { of.payments.push_back(payment_of(row)); });
  deal(from[3], out, place, [](state& of, pg::row_reader& row) { of.tickets.push_back(read_ticket(row)); });
  deal(from[4], out, place, [](state& of, pg::row_reader& row) { of.benefits.push_back(read_benefit(row)); });
  deal(from[5], out, place, [](state& of, pg::row_reader& row) { of.credit_notes.push_back(note_of(row)); });
  return out;
}

} // namespace foyer::storage
