#include "actors/wallet/wallet.hpp"

#include "actors/guards.hpp"

#include <algorithm>
#include <limits>

namespace foyer::wallet {
namespace {

// Appends numbers big-endian and texts with their length, so that the bytes of an entry are unambiguous.
class canonical {
public:
  canonical() { bytes_.reserve(256); }
  canonical& number(std::int64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes_.push_back(static_cast<char>(value >> shift));
    return *this;
  }
  canonical& text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    bytes_.append(value);
    return *this;
  }
  canonical& raw(const auto& bytes) {
    bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return *this;
  }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

private:
  std::string bytes_;
};

state with_organisation(const state& now, const organisation_id& organisation) {
  auto next = now;
  next.organisation = organisation;
  return next;
}

// Adds one entry to the state and to the rows.
entry write(state& next, commit& rows, entry of, amount held_change) {
  next.balance += of.change;
  next.held += held_change;
  of.seq = ++next.entries_count;
  of.balance_after = next.balance;
  of.held_after = next.held;
  of.hash = chain(next.head, next.household, of);
  next.head = of.hash;

  ledger_row row;
  row.organisation = next.organisation;
  row.household = next.household;
  row.seq = of.seq;
  row.id = of.id;
  row.kind = static_cast<int>(of.kind);
  row.change = of.change;
  row.balance_after = of.balance_after;
  row.held_after = of.held_after;
  row.counter_account = of.counter_account;
  row.order = of.order;
  row.order_number = of.order_number;
  row.reason = of.reason;
  row.by_kind = static_cast<int>(of.by.kind);
  row.by = of.by.account;
  row.at = of.by.at;
  row.hash = of.hash;
  rows.entries.push_back(std::move(row));
  return of;
}

// Not counted up: the number stands for everything that led here. Of commits under way one may be lost while
// another process writes; by a mere count, the commit behind the lost one would then fit on what that process
// wrote.
std::int64_t version_after(const state& before, const state& next) {
  canonical bytes;
  bytes.number(before.version).raw(next.head).number(next.floor ? 1 : 0).number(next.floor.value_or(0));
  const auto hash = sha256(bytes.bytes());
  std::int64_t version = 0;
  for (std::size_t i = 0; i < 8; ++i)
    version = static_cast<std::int64_t>(static_cast<std::uint64_t>(version) << 8 | hash[i]);
  return std::max<std::int64_t>(1, version & std::numeric_limits<std::int64_t>::max());
}

void write_wallet(const state& before, state& next, commit& rows) {
  next.version = version_after(before, next);
  wallet_row row;
  row.organisation = next.organisation;
  row.household = next.household;
  row.expected_version = before.version;
  row.version = next.version;
  row.balance = next.balance;
  row.held = next.held;
  row.floor = next.floor;
  row.lowest = next.lowest;
  row.entries_count = next.entries_count;
  row.head = next.head;
  rows.wallets.push_back(row);
}

// W3: what may be taken, or why not. A sum that was already below the limit may still grow.
std::optional<refusal> refuse_below(const state& now, amount taken, std::optional<amount> staff_floor) {
  if (!guards::funds()) return std::nullopt;
  const auto limit = staff_floor ? effective_floor(now, staff_floor) : amount{0};
  const auto after = add(now.available(), -taken);
  if (!after) return refusal{errc::amount_out_of_range};
  if (*after >= limit) return std::nullopt;
  if (!staff_floor) return refusal{errc::insufficient_funds};
  refusal why{errc::floor_exceeded};
  why.room = std::max<amount>(0, now.available() - limit);
  return why;
}

entry entry_of_order(entry_kind kind, const auto& command, const entry_id& id, amount change,
                     std::string counter) {
  entry of;
  of.id = id;
  of.kind = kind;
  of.change = change;
  of.counter_account = std::move(counter);
  of.order = command.order;
  of.order_number = command.order_number;
  of.by = command.by;
  return of;
}

// The database's own limit follows what staff were allowed. A buyer's command never moves it: should the rule
// above fail, the constraint still holds.
void lower_limit(state& next) {
  next.lowest = std::min({next.lowest, next.available(), amount{0}});
}

bool is_closed(const state& now) {
  return now.closed && guards::merges();
}

households_merged_row* merge_in(commit& rows) {
  for (auto& each : rows.cold)
    if (auto* merge = std::get_if<households_merged_row>(&each)) return merge;
  return nullptr;
}

std::optional<refusal> refuse_transfer(const state& now, const transfer& command) {
  using side = transfer::side;
  if (command.which == side::reopen ? !now.closed : now.closed) return refusal{errc::household_merged};
  if (command.which == side::close && now.held != 0 && guards::merges()) return refusal{errc::holds_open};
  const bool back = command.which == side::give_back || command.which == side::reopen;
  if (!back || now.entries_count == command.entries_then) return std::nullopt;
  refusal why{errc::newer_changes};
  why.fields.push_back({"wallet", "newer"});
  return why;
}

amount change_of(const state& now, const transfer& command, commit& rows) {
  switch (command.which) {
  case transfer::side::close: return -now.balance;
  case transfer::side::receive: {
    const auto* merge = merge_in(rows);
    return merge == nullptr ? 0 : merge->moved;
  }
  case transfer::side::give_back: return -command.sum;
  case transfer::side::reopen: return command.sum;
  }
  return 0;
}

// What the next actor, and the undoing, have to know.
void note(const state& next, transfer::side which, commit& rows) {
  auto* merge = merge_in(rows);
  if (merge == nullptr) return;
  if (which == transfer::side::receive) {
    merge->into_entries = next.entries_count;
    return;
  }
  merge->from_entries = next.entries_count;
  merge->moved = rows.entries.empty() ? 0 : -rows.entries.back().change;
}

} // namespace

std::string_view to_string(entry_kind kind) noexcept {
  switch (kind) {
  case entry_kind::top_up: return "top_up";
  case entry_kind::purchase: return "purchase";
  case entry_kind::refund: return "refund";
  case entry_kind::adjustment: return "adjustment";
  case entry_kind::transfer: return "transfer";
  case entry_kind::hold: return "hold";
  case entry_kind::release: return "release";
  }
  return "adjustment";
}

amount effective_floor(const state& now, std::optional<amount> staff_floor) noexcept {
  return std::min({amount{0}, staff_floor.value_or(0), now.floor.value_or(0)});
}

sha256_hash chain(const sha256_hash& former, const household_id& household, const entry& of) {
  canonical bytes;
  bytes.raw(former).raw(household.value.bytes).number(of.seq).raw(of.id.value.bytes);
  bytes.number(static_cast<std::int64_t>(of.kind))
      .number(of.change)
      .number(of.balance_after)
      .number(of.held_after);
  bytes.text(of.counter_account).raw((of.order ? *of.order : order_id{}).value.bytes).text(of.order_number);
  bytes.text(of.reason).number(static_cast<std::int64_t>(of.by.kind));
  bytes.raw((of.by.account ? *of.by.account : account_id{}).value.bytes);
  bytes.number(of.by.at.time_since_epoch().count());
  return sha256(bytes.bytes());
}

decided<entry> decide(const state& now, pay command) {
  if (is_closed(now)) return errc::household_merged;
  if (command.sum <= 0 || command.sum > largest_amount) return errc::amount_out_of_range;
  if (auto why = refuse_below(now, command.sum, command.staff_floor)) return *why;
  auto next = with_organisation(now, command.organisation);
  auto rows = std::move(command.rows);
  auto made = write(
      next, rows,
      entry_of_order(entry_kind::purchase, command, command.id, -command.sum, command.counter_account), 0);
  if (command.staff_floor) lower_limit(next);
  write_wallet(now, next, rows);
  return step<state, entry>{std::move(next), std::move(made), std::move(rows)};
}

decided<entry> decide(const state& now, hold command) {
  if (is_closed(now)) return errc::household_merged;
  if (command.sum <= 0 || command.sum > largest_amount) return errc::amount_out_of_range;
  if (auto why = refuse_below(now, command.sum, std::nullopt)) return *why;
  auto next = with_organisation(now, command.organisation);
  auto rows = std::move(command.rows);
  auto made =
      write(next, rows, entry_of_order(entry_kind::hold, command, command.id, 0, "held"), command.sum);
  write_wallet(now, next, rows);
  return step<state, entry>{std::move(next), std::move(made), std::move(rows)};
}

decided<entry> decide(const state& now, settle_hold command) {
  if (is_closed(now)) return errc::household_merged;
  if (command.sum < 0 || command.refund < 0 || command.refund > largest_amount) return errc::conflict;
  // The order's row says that so much is held: this is older than that row, or the order is over by now.
  if (command.sum > now.held) return errc::version_conflict;
  if (command.more < 0 || command.more > largest_amount || (command.more > 0 && !command.capture))
    return errc::conflict;
  if (command.sum == 0 && command.refund == 0 && command.more == 0) return errc::conflict;
  if (!add(now.balance, command.refund)) return errc::amount_out_of_range;
  if (command.more > 0)
    if (auto why = refuse_below(now, command.more, std::nullopt)) return *why;
  auto next = with_organisation(now, command.organisation);
  auto rows = std::move(command.rows);
  entry made;
  if (command.sum > 0)
    made = write(next, rows, entry_of_order(entry_kind::release, command, command.release_id, 0, "held"),
                 -command.sum);
  if (const auto taken = command.sum + command.more; taken > 0 && command.capture)
    made = write(next, rows,
                 entry_of_order(entry_kind::purchase, command, command.purchase_id, -taken, "sales"), 0);
  if (command.refund > 0)
    made = write(next, rows,
                 entry_of_order(entry_kind::refund, command, command.refund_id, command.refund, "sales"), 0);
  write_wallet(now, next, rows);
  return step<state, entry>{std::move(next), std::move(made), std::move(rows)};
}

decided<entry> decide(const state& now, record command) {
  if (is_closed(now)) return errc::household_merged;
  const auto size = command.change < 0 ? -command.change : command.change;
  if (command.change == 0 || size > largest_amount) return errc::amount_out_of_range;
  if (command.change < 0 && command.kind != entry_kind::adjustment) return errc::amount_out_of_range;
  if (!add(now.balance, command.change)) return errc::amount_out_of_range;
  if (command.change < 0)
    if (auto why = refuse_below(now, size, command.staff_floor)) {
      // Staff who did not ask to go below zero are told the room above it.
      if (why->code == errc::insufficient_funds) {
        why->code = errc::floor_exceeded;
        why->room = std::max<amount>(0, now.available());
      }
      return *why;
    }
  auto next = with_organisation(now, command.organisation);
  auto rows = std::move(command.rows);
  entry of;
  of.id = command.id;
  of.kind = command.kind;
  of.change = command.change;
  of.counter_account = command.counter_account;
  of.order = command.order;
  of.order_number = command.order_number;
  of.reason = command.reason;
  of.by = command.by;
  auto made = write(next, rows, std::move(of), 0);
  lower_limit(next);
  write_wallet(now, next, rows);
  if (command.idempotency) {
    auto row = std::move(*command.idempotency);
    row.answer = command.render(made);
    rows.idempotency.push_back(std::move(row));
  }
  return step<state, entry>{std::move(next), std::move(made), std::move(rows)};
}

decided<done> decide(const state& now, set_floor command) {
  if (is_closed(now)) return errc::household_merged;
  if (command.floor && (*command.floor > 0 || *command.floor < -largest_amount))
    return errc::amount_out_of_range;
  auto next = with_organisation(now, command.organisation);
  next.floor = command.floor;
  auto rows = std::move(command.rows);
  write_wallet(now, next, rows);
  return step<state, done>{std::move(next), done{}, std::move(rows)};
}

decided<done> decide(const state& now, carry command) {
  if (is_closed(now)) return errc::household_merged;
  auto rows = std::move(command.rows);
  // No version of the wallet is counted up, by which the database would notice another process's merge.
  if (guards::merges()) rows.cold.emplace_back(household_kept{now.household});
  return step<state, done>{now, done{}, std::move(rows)};
}

decided<state> decide(const state& now, transfer command) {
  if (auto why = refuse_transfer(now, command)) return *why;
  auto next = with_organisation(now, command.organisation);
  auto rows = std::move(command.rows);
  const auto change = change_of(now, command, rows);
  if (change < 0 && command.which != transfer::side::close && !command.debts_too)
    if (auto why = refuse_below(now, -change, command.staff_floor.value_or(0))) return *why;
  if (!add(now.balance, change)) return errc::amount_out_of_range;
  next.closed = command.which == transfer::side::close;
  if (change != 0) {
    entry of;
    of.id = command.id;
    of.kind = entry_kind::transfer;
    of.change = change;
    of.counter_account = "transfer";
    of.reason = command.reason;
    of.by = command.by;
    write(next, rows, std::move(of), 0);
    lower_limit(next);
  }
  note(next, command.which, rows);
  // Also without an entry, so that another process that still knows this wallet as open is refused.
  if (change != 0 || next.closed != now.closed) write_wallet(now, next, rows);
  if (command.idempotency) {
    auto row = std::move(*command.idempotency);
    row.answer = command.render(rows);
    rows.idempotency.push_back(std::move(row));
  }
  auto answer = next;
  return step<state, state>{std::move(next), std::move(answer), std::move(rows)};
}

outcome<state> decide(const state& now, const get_view&) {
  return now;
}

} // namespace foyer::wallet
