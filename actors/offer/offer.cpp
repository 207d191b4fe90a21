#include "actors/offer/offer.hpp"

#include "actors/guards.hpp"

#include <algorithm>

namespace foyer::offer {
namespace {

constexpr std::string_view kind_names[] = {"ticket",     "course",      "pass",   "voucher",
                                           "membership", "merchandise", "booking"};

// Places of checkouts that may still fail count as taken: two buyers never get the same one (O3).
std::int64_t taken(const state& now) noexcept {
  return now.sold + now.held + now.reserved + now.doubtful;
}

// A change of memory alone. Inexact numbers are read again when none of them hangs on a checkout that may
// still commit.
step<state, done> in_memory(state next) {
  step<state, done> out{std::move(next), {}, {}, false};
  out.reload = out.next.inexact && out.next.reserved == 0 && out.next.doubtful == 0;
  return out;
}

commit offer_rows(const state& next, std::int64_t expected_version, commit rows) {
  offer_row row;
  row.organisation = next.organisation;
  row.id = next.id;
  row.expected_version = expected_version;
  row.version = next.version;
  row.kind = to_string(next.what->kind);
  row.event = next.what->event;
  row.details = to_json(*next.what);
  row.shops = next.what->shops;
  row.capacity = next.what->capacity;
  row.archived = next.what->archived;
  row.created_at = next.created_at;
  rows.cold.insert(rows.cold.begin(), std::move(row));
  return rows;
}

} // namespace

std::string_view to_string(kind of) noexcept {
  return kind_names[static_cast<std::size_t>(of)];
}

std::optional<kind> parse_kind(std::string_view text) noexcept {
  const auto* const found = std::find(std::begin(kind_names), std::end(kind_names), text);
  if (found == std::end(kind_names)) return std::nullopt;
  return static_cast<kind>(found - std::begin(kind_names));
}

const rate* details::find_rate(const std::optional<rate_id>& wanted) const noexcept {
  if (!wanted) return rates.empty() ? nullptr : &rates.front();
  for (const auto& each : rates)
    if (each.id == *wanted) return &each;
  return nullptr;
}

bool details::sold_by(std::string_view shop) const noexcept {
  return std::find(shops.begin(), shops.end(), shop) != shops.end();
}

std::optional<std::int64_t> state::places_left() const noexcept {
  if (!what || !what->capacity) return std::nullopt;
  return std::max<std::int64_t>(0, *what->capacity - taken(*this));
}

decided<reservation> decide(const state& now, const reserve& command) {
  if (now.version == 0 || now.organisation != command.organisation) return errc::not_found;
  const auto& what = *now.what;
  if (what.archived || !what.sold_by(command.shop)) return errc::not_found;
  if (!command.by_staff) {
    if (what.sales_from && command.at < *what.sales_from)
      return refusal{errc::not_on_sale, "Sales have not begun."};
    if (what.sales_until && command.at >= *what.sales_until)
      return refusal{errc::not_on_sale, "Sales have ended."};
  }
  if (command.quantity < 1) return errc::invalid;
  if (what.max_per_order && command.quantity > *what.max_per_order) return errc::order_limit_exceeded;
  if (guards::places() && what.capacity && taken(now) + command.quantity > *what.capacity)
    return errc::sold_out;
  auto next = now;
  if (!command.look) next.reserved += command.quantity;
  return step<state, reservation>{std::move(next), {now.what, now.loads}, {}, false};
}

decided<done> decide(const state& now, const settle& command) {
  auto next = now;
  const bool known = command.loads == now.loads;
  auto& from = known ? next.reserved : next.doubtful;
  from = std::max<std::int64_t>(
      0, from - command.quantity); // of an actor that crashed, nothing is left to take from
  // Reserved before a reload: whether the loaded numbers have it is not known, so it is counted once more.
  if (command.became == fate::sold) next.sold += command.quantity;
  if (command.became == fate::held) next.held += command.quantity;
  if (!known || command.became == fate::refused) next.inexact = true;
  return in_memory(std::move(next));
}

decided<done> decide(const state& now, const settle_held& command) {
  auto next = now;
  if (command.loads == now.loads) {
    next.held -= command.quantity;
    if (command.paid) next.sold += command.quantity;
  } else {
    next.inexact = true; // the load may have seen it already
  }
  return in_memory(std::move(next));
}

decided<done> decide(const state& now, const give_back& command) {
  auto next = now;
  if (command.loads == now.loads)
    next.sold -= command.quantity;
  else
    next.inexact = true; // the load may have seen it already
  return in_memory(std::move(next));
}

decided<state> decide(const state& now, create command) {
  if (now.version != 0) return errc::conflict;
  auto next = now;
  next.organisation = command.organisation;
  next.id = command.id;
  next.version = 1;
  next.what = std::make_shared<const details>(std::move(command.what));
  next.created_at = command.at;
  auto rows = offer_rows(next, 0, std::move(command.rows));
  return step<state, state>{next, next, std::move(rows)};
}

decided<state> decide(const state& now, change command) {
  if (now.version == 0 || now.organisation != command.organisation) return errc::not_found;
  if (command.expected_version && *command.expected_version != now.version) return errc::version_conflict;
  if (command.what.capacity && *command.what.capacity < taken(now)) return errc::capacity_in_use;
  auto next = now;
  ++next.version;
  next.what = std::make_shared<const details>(std::move(command.what));
  auto rows = offer_rows(next, now.version, std::move(command.rows));
  return step<state, state>{next, next, std::move(rows)};
}

outcome<state> decide(const state& now, const get_view&) {
  if (now.version == 0) return errc::not_found;
  return now;
}

void carry(const state& from, state& to) noexcept {
  to.doubtful = from.doubtful + from.reserved;
  to.inexact = to.doubtful > 0;
}

} // namespace foyer::offer
