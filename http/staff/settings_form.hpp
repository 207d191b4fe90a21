#pragma once

#include "actors/organisation/organisation.hpp"
#include "http/json/reader.hpp"

namespace foyer::http::staff {

/// Each reads a body into what it changes, any subset; what is wrong is noted in the form. `other_currency`
/// is set when a sum is not in the organisation's.
void read_settings(const json::object& form, organisation::snapshot& into, bool& other_currency);
void read_shop(const json::object& form, organisation::shop& into);
/// The whole form in its order. What is left out is archived, so that its answers keep their label.
void read_form_fields(const json::object& form, organisation::settings& into);
void read_tags(const json::object& form, organisation::settings& into);

} // namespace foyer::http::staff
