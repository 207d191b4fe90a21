#pragma once

#include "actors/household/household.hpp"
#include "actors/organisation/form.hpp"
#include "http/json/reader.hpp"

#include <string>
#include <vector>

namespace foyer::http {

/// A birth date between 1900 and today; notes what is wrong.
std::optional<date> read_birth_date(const json::object& form, std::string_view name, time_point now);

/// What a member's answers are read by (H5): the form, whom it asks, and what was answered before.
struct member_asked {
  const organisation::settings& of;
  time_point now;
  organisation::audience who = organisation::audience::member;
  std::string former = "{}";
};
/// How a member of this household is asked; one who is not there yet as any member.
member_asked asked_as(const organisation::settings& of, time_point now, const household::state& whose,
                      const household::member* who);

/// A member as sent: names, and whatever else a member has. `missing` gets the mandatory answers that are not
/// there (H5).
household::member read_member(const json::object& form, const member_asked& how,
                              std::vector<field_error>& missing);

/// Any subset of a member's fields; null empties one. Mandatory answers are missing whatever is changed: they
/// are due before a save.
household::change_member read_member_change(const json::object& form, const member_asked& how,
                                            std::vector<field_error>& missing);

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
