#pragma once

#include "actors/entity_step.hpp"
#include "actors/handing_on.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

// A household: one organisation's record of a client, with members (H1, H5). Pure.

namespace foyer::household {

enum class status { added = 1, invited = 2, accepted = 3 };
std::string_view to_string(status of) noexcept;
std::optional<status> parse_status(std::string_view text) noexcept;

struct member {
  member_id id;
  std::string first_name;
  std::string last_name;
  std::optional<date> birth_date;
  std::string email;
  std::string phone;
  std::string relation;
  std::string answers = "{}"; // JSON object of form answers
};

struct state {
  organisation_id organisation;
  household_id id;
  std::int64_t version = 0; // 0: does not exist
  std::string number;
  household::status status = household::status::added;
  bool archived = false;
  member_id responsible;
  std::string email; // contact address, shown as typed; empty: none
  std::string email_key;
  std::string phone;
  std::string address;
  std::string locale;
  std::vector<std::string> tags;
  bool newsletter = false;
  std::optional<account_id> account;
  std::string account_username; // of the linked account, for display; it never changes (A8)
  std::optional<time_point> linked_at;
  std::optional<time_point> box_office_since;
  bool everything_shown = false;
  std::string username;
  std::string website;
  std::int64_t key_version = 1;
  std::optional<time_point> last_balance_mail_at; // for display; not written from here
  std::vector<member> members;
  std::optional<household_id> merged_into; // everything of it went there (H9)
  time_point created_at;

  [[nodiscard]] const member* find_member(const member_id& which) const noexcept;
  [[nodiscard]] const member* responsible_member() const noexcept { return find_member(responsible); }
};

/// How many members a household may have: a class or a club's team, and one commit still writes them all.
inline constexpr std::size_t members_max = 100;
/// H7: the tag that a link sets.
inline constexpr std::string_view online_account_tag = "compte en ligne";

/// The row of a household as it is after a change from `expected_version` (0: it is new).
household_row to_row(const state& of, std::int64_t expected_version);

/// H7: the tag is there as long as a link is; nobody sets it or takes it away by hand.
void settle_tag(std::vector<std::string>& tags, bool linked);

/// A new household of one person (A1, H1, H3). `number` is its client number.
struct person {
  std::string first_name;
  std::string last_name;
  std::optional<date> birth_date;
  std::string email;
  std::string email_key;
  std::string phone;
};
state first_household(const organisation_id& organisation, const household_id& id,
                      const member_id& responsible, const person& who, std::string number, std::string locale,
                      time_point at);

/// "C-" and six digits of Crockford's base 32, from four random bytes. A number that is taken already is a
/// conflict on `number_constraint`: try another.
std::string make_number(std::span<const std::uint8_t, 4> random);
inline constexpr std::string_view number_constraint = "households_organisation_id_number_key";
/// The account has a household at this organisation already.
inline constexpr std::string_view account_constraint = "households_account";

/// P2: the audit entry of a change by staff. `describe` makes the JSON of before and after; with none of it,
/// the change is the household's own and leaves no entry.
struct audit {
  std::optional<staff_change_row> entry;
  std::function<std::string(const state&)> describe;
};

// Commands. `rows` of others travel in the same commit.
// ----------------------------------------------------------

/// Refused: conflict when it exists. `what` comes from first_household().
struct create {
  using result = state;
  state what;
  household::audit audit;
  commit rows;
};

/// Any subset. `members` is the whole list then: who is not in it goes. Refused: not_found, version_conflict,
/// invalid (the responsible person is no member, or there are too many).
struct change {
  using result = state;
  std::optional<std::int64_t> expected_version;
  std::optional<household::status> status;
  std::optional<bool> archived;
  std::optional<member_id> responsible;
  std::optional<std::string> email; // with email_key
  std::string email_key;
  std::optional<std::string> phone;
  std::optional<std::string> address;
  std::optional<std::string> locale;
  std::optional<std::vector<std::string>> tags;
  std::optional<bool> newsletter;
  std::optional<std::string> username;
  std::optional<std::string> website;
  std::optional<std::vector<member>> members;
  household::audit audit;
  commit rows;
};

/// A new unique key (S6): the former one is dead at once. `hash_of` makes what a key is found by, from
/// household and key version, since the key itself is never stored. Refused: not_found.
struct renew_key {
  using result = state;
  std::function<sha256_hash(const household_id&, std::int64_t)> hash_of;
  household::audit audit;
  commit rows;
};

/// Refused: not_found, version_conflict, conflict (members_max reached).
struct add_member {
  using result = state;
  std::optional<std::int64_t> expected_version;
  member who;
  household::audit audit;
  commit rows;
};

/// Any subset of one member's fields. Refused: not_found (household or member), version_conflict.
struct change_member {
  using result = state;
  std::optional<std::int64_t> expected_version;
  member_id which;
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
  std::optional<std::optional<date>> birth_date; // the inner none takes it away
  std::optional<std::string> email;
  std::optional<std::string> phone;
  std::optional<std::string> relation;
  std::optional<std::string> answers;
  household::audit audit;
  commit rows;
};

/// Refused: not_found, version_conflict, conflict (the responsible person).
struct remove_member {
  using result = state;
  std::optional<std::int64_t> expected_version;
  member_id which;
  household::audit audit;
  commit rows;
};

/// Links an account that has no household here yet (A1, H7): status accepted, and the tag. Refused:
/// not_found, other_account when another one is linked. Linking the same again changes nothing, but writes
/// `rows`.
struct link_account {
  using result = state;
  account_id account;
  std::string account_username;
  /// Set: box-office orders from then on show in the account (S5).
  std::optional<time_point> box_office_since;
  /// The owner accepted an invitation: everything of the household shows (S5, I3).
  bool everything_shown = false;
  time_point at;
  household::audit audit;
  commit rows;
};

/// The account is gone, or staff took the link away; then it gets a new household in the same commit (H7).
/// Refused: not_found, conflict when it is not linked to this account (any more).
struct unlink_account {
  using result = state;
  std::optional<account_id> linked; // none: whichever is
  std::optional<state> instead;     // from first_household()
  household::audit audit;
  commit rows;
};

/// What a link says, where the merged household gets one (H7, I3).
struct link {
  account_id account;
  std::string username;
  std::optional<time_point> box_office_since;
  bool everything_shown = false;
  time_point at;
};

/// Takes up what another household of the organisation has (H9), as it was seen: its members, its tags, its
/// link, and what is not known here. Refused: not_found, household_merged, other_account when both are
/// linked, conflict (itself, or too many members).
struct absorb {
  using result = state;
  state from;
  std::optional<household::link> linked; // this one, instead of the other one's
  household::audit audit;
  commit rows;
  handing_on on{};
};

/// The other side: everything went into another household; this one is archived and empty, and says where.
/// Refused: not_found, household_merged, version_conflict when it is not as it was seen.
struct leave {
  using result = state;
  household_id into;
  std::int64_t expected_version = 0;
  household::audit audit;
  commit rows;
  handing_on on{};
};

/// Either side of a merge that is undone: as it was before. Refused: newer_changes when it was changed since.
struct restore {
  using result = state;
  state to;
  std::int64_t expected_version = 0;
  household::audit audit;
  commit rows;
  handing_on on{};
};

/// The row was changed past the actor, as a campaign of invitations does: what memory says is not true any
/// more.
struct reread {
  using result = done;
  static constexpr bool in_memory = true;
};

/// errc::not_found when it does not exist.
struct get_view {
  using result = state;
};

template <class Result>
using decided = outcome<step<state, Result>>;

decided<state> decide(const state& now, const create& command);
decided<state> decide(const state& now, const change& command);
decided<state> decide(const state& now, const renew_key& command);
decided<state> decide(const state& now, const add_member& command);
decided<state> decide(const state& now, const change_member& command);
decided<state> decide(const state& now, const remove_member& command);
decided<state> decide(const state& now, const link_account& command);
decided<state> decide(const state& now, const unlink_account& command);
decided<state> decide(const state& now, const absorb& command);
decided<state> decide(const state& now, const leave& command);
decided<state> decide(const state& now, const restore& command);
decided<done> decide(const state& now, const reread&);
outcome<state> decide(const state& now, const get_view&);

} // namespace foyer::household
