#pragma once

#include "actors/household/household.hpp"
#include "storage/pg/rows.hpp"

#include <string>

namespace foyer::storage {

/// The columns of a household in the order that read_household reads; `h` is households, `a` its account
/// (outer).
inline constexpr const char* household_columns =
    "h.organisation_id, h.id, h.version, h.number, h.status, h.archived, h.responsible_id, h.email, "
    "h.email_key, "
    "h.phone, h.address, h.locale, h.tags, h.newsletter, h.account_id, a.username, h.linked_at, "
    "h.box_office_since, "
    "h.everything_shown, h.username, h.website, h.key_version, h.last_balance_mail_at, h.created_at, "
    "h.merged_into";
/// Likewise of a member.
inline constexpr const char* member_columns =
    "m.household_id, m.id, m.first_name, m.last_name, m.birth_date, m.email, m.phone, m.relation, m.answers";

household::state read_household(const pg::rows& from, int row);
/// The next columns of a row.
household::state read_household(pg::row_reader& from);
/// Adds the member to its household's list; the household is given by id.
household::member read_member(const pg::rows& from, int row, household_id& whose);
household::member read_member(pg::row_reader& from, household_id& whose);

} // namespace foyer::storage
