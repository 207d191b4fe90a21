#include "tests/simulation/tables.hpp"

#include <algorithm>

namespace foyer::simulation {
namespace {

commit_outcome refused(commit_status status, std::string constraint) {
  return {status, std::move(constraint), {}};
}
commit_outcome fine() {
  return {commit_status::committed, {}, {}};
}

/// The rows of one order out of those of a commit.
order::state order_of(const order_row& row, const commit& rows) {
  order::state made;
  made.organisation = row.organisation;
  made.id = row.id;
  made.number = row.number;
  made.status = static_cast<order::status>(row.status);
  made.shop = row.shop;
  made.household = row.household;
  made.account = row.account;
  made.buyer_email = row.buyer_email;
  made.total = row.total;
  made.created_at = row.created_at;
  made.paid_at = row.paid_at;
  made.expires_at = row.expires_at;
  made.version = row.version;
  for (const auto& line : rows.lines)
    if (line.order == row.id)
      made.lines.push_back({line.id, line.position, line.offer, line.rate, line.title, line.quantity,
                            line.unit_price, line.vat_basis_points, line.members, line.cancelled});
  return made;
}

void add_parts(order::state& to, const commit& rows) {
  for (const auto& row : rows.payments)
    if (row.order == to.id)
      to.payments.push_back({row.id, row.position, static_cast<order::payment_method>(row.method), row.sum,
                             static_cast<order::payment_status>(row.status), row.reference, row.at});
  for (const auto& row : rows.tickets)
    if (row.order == to.id)
      to.tickets.push_back({row.id,
                            row.position,
                            row.line_position,
                            row.offer,
                            row.holder,
                            static_cast<order::ticket_status>(row.status),
                            {},
                            {}});
}

household::state household_of_row(const household_row& row) {
  household::state made;
  made.organisation = row.organisation;
  made.id = row.id;
  made.version = row.version;
  made.number = row.number;
  made.status = static_cast<household::status>(row.status);
  made.responsible = row.responsible;
  made.email = row.email;
  made.email_key = row.email_key;
  made.locale = row.locale;
  made.tags = row.tags;
  made.account = row.account;
  for (const auto& each : row.members)
    made.members.push_back({each.id, each.first_name, each.last_name, each.birth_date, each.email, each.phone,
                            each.relation, each.answers});
  return made;
}

} // namespace

wallet::state tables::wallet_of(const household_id& whose) const {
  wallet::state out;
  out.household = whose;
  const auto found = wallets.find(whose);
  if (found == wallets.end()) return out;
  const auto& row = found->second.row;
  out.organisation = row.organisation;
  out.version = row.version;
  out.balance = row.balance;
  out.held = row.held;
  out.floor = row.floor;
  out.lowest = row.lowest;
  out.entries_count = row.entries_count;
  out.head = row.head;
  return out;
}

const household::state* tables::household_of(const account_id& whose) const {
  for (const auto& [id, each] : households)
    if (each.account == whose) return &each;
  return nullptr;
}

commit_outcome tables::apply(const commit& rows, bool uniques_first) {
  auto first = uniques_first ? check_uniques(rows) : check_guards(rows);
  if (first.status != commit_status::committed) return first;
  auto second = uniques_first ? check_guards(rows) : check_uniques(rows);
  if (second.status != commit_status::committed) return second;
  auto third = check_cold(rows);
  if (third.status != commit_status::committed) return third;
  write(rows);
  return fine();
}

commit_outcome tables::check_guards(const commit& rows) const {
  for (const auto& row : rows.wallets) {
    const auto found = wallets.find(row.household);
    const auto there = found == wallets.end() ? 0 : found->second.row.version;
    if (!bugs.wallet_version_ignored && there != row.expected_version)
      return refused(commit_status::stale, "wallets");
    if (row.held < 0) return refused(commit_status::rejected, "wallets_held_check");
    if (row.balance - row.held < std::min<amount>(row.lowest, 0))
      return refused(commit_status::rejected, "wallets_floor");
  }
  std::map<offer_id, stock_delta> sums;
  for (const auto& row : rows.stock) {
    sums[row.offer].sold += row.sold;
    sums[row.offer].held += row.held;
  }
  for (const auto& [which, sum] : sums) {
    const auto found = offers.find(which);
    if (found == offers.end()) return refused(commit_status::stale, "stock");
    const auto& now = found->second;
    const auto sold = now.sold + sum.sold;
    const auto held = now.held + sum.held;
    if (sold < 0) return refused(commit_status::rejected, "offer_stock_sold_check");
    if (held < 0) return refused(commit_status::rejected, "offer_stock_held_check");
    if (!bugs.capacity_ignored && now.what->capacity && sold + held > *now.what->capacity)
      return refused(commit_status::rejected, "offer_stock_capacity");
  }
  return fine();
}

commit_outcome tables::check_uniques(const commit& rows) const {
  for (const auto& row : rows.idempotency)
    if (!bugs.keys_ignored && keys.contains(row.id))
      return refused(commit_status::conflict, "idempotency_pkey");
  for (const auto& row : rows.orders)
    for (const auto& [id, each] : orders)
      if (id == row.id || each.number == row.number) return refused(commit_status::conflict, "orders_number");
  for (const auto& row : rows.entries) {
    const auto found = wallets.find(row.household);
    if (bugs.wallet_version_ignored || found == wallets.end()) continue;
    if (row.seq <= static_cast<std::int64_t>(found->second.entries.size()))
      return refused(commit_status::stale, "ledger_entries_pkey");
  }
  for (const auto& row : rows.payments) {
    const auto found = orders.find(row.order);
    if (found == orders.end()) continue;
    for (const auto& each : found->second.payments)
      if (each.position == row.position) return refused(commit_status::conflict, "payments_pkey");
  }
  return fine();
}

commit_outcome tables::check_cold(const commit& rows) const {
  for (const auto& any : rows.cold) {
    if (const auto* change = std::get_if<order_changed>(&any)) {
      const auto found = orders.find(change->id);
      if (found == orders.end()) return refused(commit_status::stale, "order");
      if (!bugs.order_version_ignored && found->second.version != change->expected_version)
        return refused(commit_status::stale, "order");
    } else if (const auto* client = std::get_if<household_row>(&any)) {
      const auto found = households.find(client->id);
      const auto there = found == households.end() ? 0 : found->second.version;
      if (there != client->expected_version) return refused(commit_status::stale, "household");
      const auto* other = client->account ? household_of(*client->account) : nullptr;
      if (other != nullptr && other->id != client->id)
        return refused(commit_status::conflict, "households_account");
    } else if (const auto* what = std::get_if<offer_row>(&any)) {
      const auto found = offers.find(what->id);
      const auto there = found == offers.end() ? 0 : found->second.version;
      if (there != what->expected_version) return refused(commit_status::stale, "offer");
      if (what->capacity && found != offers.end() &&
          found->second.sold + found->second.held > *what->capacity)
        return refused(commit_status::rejected, "offer_stock_capacity");
    }
  }
  return fine();
}

void tables::write(const commit& rows) {
  for (const auto& row : rows.wallets) wallets[row.household].row = row;
  for (const auto& row : rows.entries) wallets[row.household].entries.push_back(row);
  for (const auto& row : rows.orders) {
    orders.emplace(row.id, order_of(row, rows));
    orders_in_turn.push_back(row.id);
  }
  std::vector<order_id> touched;
  for (const auto& row : rows.payments) touched.push_back(row.order);
  for (const auto& row : rows.tickets) touched.push_back(row.order);
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  for (const auto& which : touched) add_parts(orders.at(which), rows);
  for (const auto& row : rows.stock) {
    offers.at(row.offer).sold += row.sold;
    offers.at(row.offer).held += row.held;
  }
  for (const auto& row : rows.idempotency) {
    keys.emplace(row.id, row);
    ++effects_of_key[row.id];
  }
  for (const auto& row : rows.deadlines) deadlines.emplace(row.entity, row);
  for (const auto& row : rows.cold) write(row);
}

void tables::write(const cold_row& any) {
  if (const auto* change = std::get_if<order_changed>(&any)) {
    auto& order = orders.at(change->id);
    order.version = change->version;
    order.status = static_cast<order::status>(change->status);
    order.paid_at = change->paid_at;
    order.expires_at = change->expires_at;
    order.cancel_reason = change->cancel_reason;
  } else if (const auto* payment = std::get_if<payment_changed>(&any)) {
    for (auto& each : orders.at(payment->order).payments) {
      if (each.position != payment->position) continue;
      each.status = static_cast<order::payment_status>(payment->status);
      each.at = payment->at;
    }
  } else if (const auto* client = std::get_if<household_row>(&any)) {
    households[client->id] = household_of_row(*client);
  } else if (const auto* what = std::get_if<offer_row>(&any)) {
    auto& offer = offers[what->id];
    auto details = offer.what ? *offer.what : offer::details{};
    details.capacity = what->capacity;
    offer.id = what->id;
    offer.organisation = what->organisation;
    offer.version = what->version;
    offer.what = std::make_shared<const offer::details>(std::move(details));
  } else if (const auto* over = std::get_if<deadline_done>(&any)) {
    deadlines.erase(over->entity);
  }
}

} // namespace foyer::simulation
