#pragma once

#include "actors/household/household.hpp"
#include "actors/organisation/organisation.hpp"
#include "http/json/reader.hpp"

#include <string>
#include <vector>

namespace foyer::http {

/// A birth date between 1900 and today; notes what is wrong.
std::optional<date> read_birth_date(const json::object& form, std::string_view name, time_point now);

/// A new member: names, and whatever else a member has. `missing` gets mandatory answers that are not there
/// (H5).
household::member read_new_member(const json::object& form, const organisation::settings& of, time_point now,
                                  std::vector<field_error>& missing);

/// Any subset of a member's fields; null empties one.
household::change_member read_member_change(const json::object& form, const organisation::settings& of,
                                            time_point now, std::vector<field_error>& missing);

/// The household's own fields that its people and staff may change: email, phone, address, locale,
/// newsletter.
void read_contact(const json::object& form, household::change& into);

/// A text that is changed when it was sent; null and "" empty it.
std::optional<std::string> changed_text(const json::object& form, std::string_view name, std::size_t max);
/// An e-mail address (A9), likewise.
struct changed_address {
  std::string shown;
  std::string key;
};
std::optional<changed_address> changed_email(const json::object& form, std::string_view name);

} // namespace foyer::http
