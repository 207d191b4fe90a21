#pragma once

#include "actors/entity_step.hpp"
#include "actors/organisation/organisation.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

// An offer (O1) and its places (O3): state, commands and rules. Pure.

namespace foyer::offer {

using organisation::text;

enum class kind { ticket, course, pass, voucher, membership, merchandise, booking };

std::string_view to_string(kind of) noexcept;
std::optional<kind> parse_kind(std::string_view text) noexcept;

struct rate {
  rate_id id;
  text name;
  amount price = 0; // VAT included
  std::optional<int> min_age;
  std::optional<int> max_age;
  std::string tag; // of households that may choose it; empty: anybody
  friend bool operator==(const rate&, const rate&) = default;
};

/// What editors write. Shared, because every order of it looks at the same one.
struct details {
  offer::kind kind = offer::kind::ticket;
  std::optional<uuid> event;
  text title;
  text description;
  std::vector<rate> rates; // at least one; the first counts where none is named
  int vat_basis_points = 0;
  std::optional<time_point> sales_from;
  std::optional<time_point> sales_until;
  std::optional<time_point> starts_at;
  std::optional<time_point> ends_at;
  std::string location;
  std::optional<int> max_per_order;
  std::optional<int> min_age;
  std::optional<int> max_age;
  bool for_members = false;
  std::optional<time_point> cancel_until;
  std::optional<int> uses;     // of a pass
  std::optional<amount> value; // of a voucher
  bool auto_enrol = false;
  std::vector<std::string> shops; // slugs
  std::optional<std::int64_t> capacity;
  bool archived = false;

  [[nodiscard]] const rate* find_rate(const std::optional<rate_id>& wanted) const noexcept;
  [[nodiscard]] bool sold_by(std::string_view shop) const noexcept;
  friend bool operator==(const details&, const details&) = default;
};

struct state {
  organisation_id organisation;
  offer_id id;
  std::int64_t version = 0; // 0: does not exist
  std::shared_ptr<const details> what;
  std::int64_t sold = 0; // paid
  std::int64_t held = 0; // of orders that await payment
  // In memory only: places of checkouts whose commit is not known to be durable yet. Those from before a
  // reload
  // (`doubtful`) may or may not be in what was loaded.
  std::int64_t reserved = 0;
  std::int64_t doubtful = 0;
  std::int64_t loads = 0; // which load the numbers come from; never the same twice in a process
  // The numbers count some places twice rather than not at all. They are read again once no checkout is under
  // way.
  bool inexact = false;
  time_point created_at;

  [[nodiscard]] std::optional<std::int64_t> places_left() const noexcept;
};

// Commands
// ------------------------------------------------------------------------------------------------------

/// Places for a checkout that is about to commit. Refused: not_found, not_on_sale, order_limit_exceeded,
/// sold_out.
struct reservation {
  std::shared_ptr<const details> what;
  std::int64_t loads = 0; // give it back with settle
};
struct reserve {
  using result = reservation;
  static constexpr bool in_memory = true;
  organisation_id organisation;
  std::string shop;
  std::int64_t quantity = 1;
  time_point at;
  bool by_staff = false; // the sale window binds buyers only
  bool look = false;     // only asks: nothing is reserved, there is nothing to give back
};

/// What became of a reservation, or later of held places.
enum class fate {
  sold,     // committed as paid
  held,     // committed, awaiting payment
  released, // not committed
  refused,  // not committed, since the database has fewer places left than this memory: another process sold
            // some
};
struct settle {
  using result = done;
  static constexpr bool kept = true;
  static constexpr bool in_memory = true;
  std::int64_t quantity = 1;
  std::int64_t loads = 0;
  fate became = fate::released;
};

/// Held places were paid, or given back; committed already. `loads` is that of a view from before the commit:
/// numbers that were loaded later may know of it.
struct settle_held {
  using result = done;
  static constexpr bool kept = true;
  static constexpr bool in_memory = true;
  std::int64_t quantity = 1;
  std::int64_t loads = 0;
  bool paid = false;
};

/// Sold places were given back (O8); committed already. `loads` as in settle_held.
struct give_back {
  using result = done;
  static constexpr bool kept = true;
  static constexpr bool in_memory = true;
  std::int64_t quantity = 1;
  std::int64_t loads = 0;
};

struct create {
  using result = state;
  organisation_id organisation;
  offer_id id;
  details what;
  time_point at;
  commit rows; // staff's audit entry
};

/// Refused: not_found, version_conflict, capacity_in_use.
struct change {
  using result = state;
  organisation_id organisation;
  std::optional<std::int64_t> expected_version;
  details what;
  commit rows;
};

/// errc::not_found when it does not exist.
struct get_view {
  using result = state;
};

template <class Result>
using decided = outcome<step<state, Result>>;

decided<reservation> decide(const state& now, const reserve& command);
decided<done> decide(const state& now, const settle& command);
decided<done> decide(const state& now, const settle_held& command);
decided<done> decide(const state& now, const give_back& command);
decided<state> decide(const state& now, create command);
decided<state> decide(const state& now, change command);
outcome<state> decide(const state& now, const get_view&);

/// What must survive a reload.
void carry(const state& from, state& to) noexcept;

/// `offers.details` as stored: JSON. from_json: nullopt when it is not what to_json wrote.
std::string to_json(const details& of);
std::optional<details> from_json(std::string_view json);

} // namespace foyer::offer
