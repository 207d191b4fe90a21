#include "tests/simulation/tables.hpp"

#include <algorithm>

namespace foyer::simulation {
namespace {

using storage::pg::failure;

failure stale(const std::string& what) {
  return {"FY001", {}, "guard " + what, {}};
}
failure not_unique(std::string constraint) {
  return {"23505", std::move(constraint), "not unique", {}};
}
failure refused(std::string constraint) {
  return {"23514", std::move(constraint), "check", {}};
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
  made.by_guest = row.by_guest;
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

// What was put aside for the order is set free one entry before (021).
bool takes_what_was_freed(const commit& rows, const ledger_row& row) {
  if (row.kind != static_cast<int>(wallet::entry_kind::purchase)) return false;
  return std::ranges::any_of(rows.entries, [&row](const ledger_row& each) {
    return each.household == row.household && each.seq == row.seq - 1 && each.order == row.order &&
           each.kind == static_cast<int>(wallet::entry_kind::release);
  });
}

/// Whether this ends a deadline in whose place the same commit, or a later one, has put another: that one
/// stays (finish_deadline in storage/journal_cold_order.cpp).
template <class Commits>
bool is_promised_anew(const cold_row& row, const Commits& commits, std::size_t from) {
  const auto* over = std::get_if<deadline_done>(&row);
  if (over == nullptr) return false;
  for (auto i = from; i < commits.size(); ++i)
    for (const auto& each : commits[i]->deadlines)
      if (each.kind == over->kind && each.entity == over->entity) return true;
  return false;
}

bool takes(const ledger_row& row) {
  return row.change < 0 || row.kind == static_cast<int>(wallet::entry_kind::hold);
}

} // namespace

wallet::state tables::wallet_of(const household_id& whose) const {
  wallet::state out;
  out.household = whose;
  if (const auto household = households.find(whose); household != households.end())
    out.closed = household->second.merged_into.has_value();
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

bool tables::apply(const commit& rows) {
  storage::journal_batch alone;
  return alone.add(rows) == storage::journal_batch::fit::joins && !apply(alone, true);
}

tables::failure tables::apply(const storage::journal_batch& batch, bool uniques_first) {
  auto why = uniques_first ? check_uniques(batch) : check_wallets(batch);
  if (!why) why = uniques_first ? check_wallets(batch) : check_uniques(batch);
  if (!why) why = check_entries(batch);
  if (!why) why = check_stock(batch);
  if (why) {
    lose_numbers(batch);
    return why;
  }
  std::optional<rows_of_tables> before;
  for (const auto* rows : batch.commits())
    if (!before && !rows->cold.empty()) before = *this;
  write_hot(batch);
  const auto& commits = batch.commits();
  for (std::size_t i = 0; i < commits.size(); ++i)
    for (const auto& row : commits[i]->cold) {
      if (is_promised_anew(row, commits, i)) continue;
      if (auto refusal = write_cold(row)) {
        static_cast<rows_of_tables&>(*this) = std::move(*before);
        lose_numbers(batch);
        return refusal;
      }
    }
  if (before) look_for_members();
  return {};
}

void tables::lose_numbers(const storage::journal_batch& batch) {
  if (!bugs.numbers_lost) return;
  for (const auto* rows : batch.commits())
    for (const auto& row : rows->orders)
      if (row.invoice_year) ++invoices[*row.invoice_year];
}

tables::failure tables::check_wallets(const storage::journal_batch& batch) const {
  for (const auto& row : batch.wallets()) {
    const auto found = wallets.find(row.household);
    const auto there = found == wallets.end() ? 0 : found->second.row.version;
    if (row.expected_version == 0 && there != 0 && !bugs.wallet_version_ignored)
      return not_unique("wallets_pkey");
    if (!bugs.wallet_version_ignored && there != row.expected_version) return stale("wallets");
    if (row.held < 0) return refused("wallets_held_check");
    if (row.balance - row.held < std::min<amount>(row.lowest, 0)) return refused("wallets_floor");
  }
  return {};
}

tables::failure tables::check_stock(const storage::journal_batch& batch) const {
  for (const auto& sum : batch.stock()) {
    const auto found = offers.find(sum.offer);
    if (found == offers.end()) return stale("stock");
    const auto& now = found->second;
    const auto sold = now.sold + sum.sold;
    const auto held = now.held + sum.held;
    if (sold < 0) return refused("offer_stock_sold_check");
    if (held < 0) return refused("offer_stock_held_check");
    if (!bugs.capacity_ignored && now.what->capacity && sold + held > *now.what->capacity)
      return refused("offer_stock_capacity");
  }
  return {};
}

// storage/migrations/006_money_guards.sql
tables::failure tables::check_entries(const storage::journal_batch& batch) const {
  if (bugs.buyers_as_staff) return {};
  for (const auto* rows : batch.commits())
    for (const auto& row : rows->entries) {
      const auto left = row.balance_after - row.held_after;
      if (!takes(row) || left >= 0) continue;
      if (row.by_kind == static_cast<int>(wallet::actor_kind::buyer)) return refused("ledger_entries_buyer");
      if (row.by_kind == static_cast<int>(wallet::actor_kind::staff) && left < staff_floor &&
          !takes_what_was_freed(*rows, row))
        return refused("wallets_floor");
    }
  return {};
}

tables::failure tables::check_uniques(const storage::journal_batch& batch) const {
  std::set<uuid> fresh_keys;
  std::map<household_id, std::int64_t> last;
  for (const auto* rows : batch.commits()) {
    for (const auto& row : rows->idempotency)
      if (!bugs.keys_ignored && (keys.contains(row.id) || !fresh_keys.insert(row.id).second))
        return not_unique("idempotency_pkey");
    for (const auto& row : rows->orders)
      for (const auto& [id, each] : orders)
        if (id == row.id || each.number == row.number) return not_unique("orders_number");
    for (const auto& row : rows->entries) {
      if (bugs.wallet_version_ignored) continue;
      const auto found = wallets.find(row.household);
      auto& seq = last[row.household];
      if (found != wallets.end())
        seq = std::max(seq, static_cast<std::int64_t>(found->second.entries.size()));
      if (row.seq <= seq) return not_unique("ledger_entries_pkey");
      seq = row.seq;
    }
    for (const auto& row : rows->payments) {
      const auto found = orders.find(row.order);
      if (found == orders.end()) continue;
      for (const auto& each : found->second.payments)
        if (each.position == row.position) return not_unique("payments_pkey");
    }
  }
  return {};
}

void tables::write_hot(const storage::journal_batch& batch) {
  for (const auto& row : batch.wallets()) wallets[row.household].row = row;
  for (const auto& row : batch.stock()) {
    offers.at(row.offer).sold += row.sold;
    offers.at(row.offer).held += row.held;
  }
  for (const auto* rows : batch.commits()) {
    for (const auto& row : rows->entries) wallets[row.household].entries.push_back(row);
    write_orders(*rows);
    for (const auto& row : rows->idempotency) {
      keys.emplace(row.id, row);
      ++effects_of_key[row.id];
    }
    for (const auto& row : rows->deadlines) deadlines.insert_or_assign(row.entity, row);
  }
}

void tables::write_orders(const commit& rows) {
  for (const auto& row : rows.orders) {
    auto& made = orders.emplace(row.id, order_of(row, rows)).first->second;
    made.invoice_year = row.invoice_year;
    if (row.invoice_year) made.invoice_number = ++invoices[*row.invoice_year];
    orders_in_turn.push_back(row.id);
  }
  for (const auto& row : rows.lines) organisations_of_rows[row.order].insert(row.organisation);
  for (const auto& row : rows.payments) {
    organisations_of_rows[row.order].insert(row.organisation);
    orders.at(row.order).payments.push_back(
        {row.id, row.position, static_cast<order::payment_method>(row.method), row.sum,
         static_cast<order::payment_status>(row.status), row.reference, row.at});
  }
  for (const auto& row : rows.tickets) {
    organisations_of_rows[row.order].insert(row.organisation);
    orders.at(row.order).tickets.push_back({row.id,
                                            row.position,
                                            row.line_position,
                                            row.offer,
                                            row.holder,
                                            static_cast<order::ticket_status>(row.status),
                                            {},
                                            {}});
  }
}

tables::failure tables::write_cold(const cold_row& any) {
  if (const auto* sale = std::get_if<order_changed>(&any)) return change(*sale);
  if (const auto* client = std::get_if<household_row>(&any)) return change(*client);
  if (const auto* person = std::get_if<account_row>(&any)) return change(*person);
  if (const auto* what = std::get_if<offer_row>(&any)) return change(*what);
  if (const auto* line = std::get_if<line_cancelled>(&any)) return change(*line);
  if (const auto* tickets = std::get_if<tickets_cancelled>(&any)) return change(*tickets);
  if (const auto* note = std::get_if<credit_note_row>(&any)) write_note(*note);
  if (const auto* merge = std::get_if<households_merged_row>(&any)) return change(*merge);
  if (const auto* undone = std::get_if<merge_undone_row>(&any)) return change(*undone);
  if (const auto* kept = std::get_if<household_kept>(&any))
    if (const auto found = households.find(kept->id); found != households.end() && found->second.merged_into)
      return refused("households_merged");
  if (const auto* payment = std::get_if<payment_changed>(&any)) {
    for (auto& each : orders.at(payment->order).payments) {
      if (each.position != payment->position) continue;
      each.status = static_cast<order::payment_status>(payment->status);
      each.at = payment->at;
    }
  } else if (const auto* over = std::get_if<deadline_done>(&any)) {
    deadlines.erase(over->entity);
  }
  return {};
}

tables::failure tables::change(const order_changed& row) {
  const auto found = orders.find(row.id);
  if (found == orders.end()) return stale("order");
  auto& order = found->second;
  if (!bugs.order_version_ignored && order.version != row.expected_version) return stale("order");
  order.version = row.version;
  order.status = static_cast<order::status>(row.status);
  order.paid_at = row.paid_at;
  order.expires_at = row.expires_at;
  order.cancel_reason = row.cancel_reason;
  if (row.invoice_year) {
    order.invoice_year = row.invoice_year;
    order.invoice_number = ++invoices[*row.invoice_year];
  }
  return {};
}

tables::failure tables::change(const line_cancelled& row) {
  for (auto& each : orders.at(row.order).lines) {
    if (each.position != row.position || (each.cancelled && !bugs.lines_refunded_again)) continue;
    each.cancelled = true;
    return {};
  }
  return stale("line");
}

tables::failure tables::change(const tickets_cancelled& row) {
  int cancelled = 0;
  for (auto& each : orders.at(row.order).tickets) {
    if (std::find(row.line_positions.begin(), row.line_positions.end(), each.line_position) ==
        row.line_positions.end())
      continue;
    if (each.status == order::ticket_status::valid) ++cancelled;
    each.status = order::ticket_status::cancelled;
  }
  if (cancelled != row.count && !bugs.lines_refunded_again) return stale("tickets");
  return {};
}

void tables::write_note(const credit_note_row& row) {
  order::credit_note made;
  made.id = row.id;
  made.year = row.year;
  made.number = ++credit_notes[row.year];
  made.sum = row.sum;
  made.line_positions = row.line_positions;
  made.parts = row.parts;
  orders.at(row.order).credit_notes.push_back(std::move(made));
}

tables::failure tables::change(const household_row& row) {
  const auto found = households.find(row.id);
  const auto there = found == households.end() ? 0 : found->second.version;
  if (there != row.expected_version && !bugs.row_versions_ignored) return stale("household");
  const auto* other = row.account ? household_of(*row.account) : nullptr;
  if (other != nullptr && other->id != row.id) return not_unique("households_account");
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
  made.archived = row.archived;
  if (found != households.end()) made.merged_into = found->second.merged_into;
  households.insert_or_assign(row.id, std::move(made));
  return {};
}

// Members are only ever added here, or move.
void tables::look_for_members() {
  std::map<member_id, int> there;
  for (const auto& [id, each] : households)
    for (const auto& member : each.members) ++there[member.id];
  for (const auto& each : members_seen)
    if (!there.contains(each)) overwritten = "a household's member was lost";
  for (const auto& [id, count] : there) {
    if (count > 1) overwritten = "member " + to_string(id) + " is in two households";
    members_seen.insert(id);
  }
}

std::size_t tables::orders_of(const household_id& whose) const {
  std::size_t found = 0;
  for (const auto& [id, each] : orders) found += each.household == whose ? 1 : 0;
  return found;
}

bool tables::orders_unchanged(const stored_merge& since) const {
  if (orders_of(since.row.into) != since.into_orders) return false;
  for (const auto& [id, version] : since.orders)
    if (orders.at(id).version != version || orders.at(id).household != since.row.into) return false;
  return true;
}

// storage/migrations/009_merges.sql
tables::failure tables::change(const households_merged_row& row) {
  const auto into = households.find(row.into);
  const auto from = households.find(row.from);
  if (into == households.end() || from == households.end()) return stale("merge");
  if (into->second.merged_into || from->second.merged_into) return stale("merge");
  stored_merge made{row, into->second, from->second, {}, 0, false};
  for (auto& [id, each] : orders) {
    if (each.household != row.from) continue;
    each.household = row.into;
    made.orders.emplace(id, ++each.version);
  }
  made.into_orders = orders_of(row.into);
  from->second.merged_into = row.into;
  from->second.account.reset();
  merges.emplace(row.id, std::move(made));
  merges_in_turn.push_back(row.id);
  return {};
}

tables::failure tables::change(const merge_undone_row& row) {
  const auto found = merges.find(row.id);
  if (found == merges.end() || found->second.undone) return stale("merge");
  auto& merge = found->second;
  if (!orders_unchanged(merge)) return stale("orders");
  for (const auto& [id, version] : merge.orders) {
    orders.at(id).household = row.from;
    ++orders.at(id).version;
  }
  households.at(row.from).merged_into.reset();
  households.at(row.into).account.reset();
  merge.undone = true;
  return {};
}

tables::failure tables::change(const account_row& row) {
  auto& account = accounts[row.id];
  if (account.version != row.expected_version && !bugs.row_versions_ignored) return stale("account");
  // Every change here is of one field.
  const int changed = (account.first_name != row.first_name) + (account.last_name != row.last_name) +
                      (account.website != row.website);
  if (account.version > 0 && changed > 1) overwritten = "an account's field was put back";
  account.id = row.id;
  account.version = row.version;
  account.first_name = row.first_name;
  account.last_name = row.last_name;
  account.website = row.website;
  account.active = row.active;
  return {};
}

tables::failure tables::change(const offer_row& row) {
  auto& offer = offers[row.id];
  if (offer.version != row.expected_version && !bugs.row_versions_ignored) return stale("offer");
  auto details = offer::from_json(row.details).value_or(offer::details{});
  details.capacity = row.capacity;
  details.shops = row.shops;
  if (row.capacity && offer.sold + offer.held > *row.capacity && !bugs.capacity_ignored)
    return refused("offer_stock_capacity");
  // Every change here adds to the text.
  if (offer.what && !details.description.fr.starts_with(offer.what->description.fr))
    overwritten = "an offer's change was lost";
  offer.id = row.id;
  offer.organisation = row.organisation;
  offer.version = row.version;
  offer.what = std::make_shared<const offer::details>(std::move(details));
  return {};
}

void tables::sign_heads() {
  for (const auto& [whose, purse] : wallets) signed_[whose] = {purse.row.entries_count, purse.row.head};
}

} // namespace foyer::simulation
