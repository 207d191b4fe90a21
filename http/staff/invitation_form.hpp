#pragma once

#include "actors/campaign/campaigns.hpp"
#include "http/json/reader.hpp"

#include <string>

namespace foyer::http::staff {

/// group, with tag or household_id where the group needs it and nowhere else. Bad fields are noted in the
/// form.
campaign::selection read_selection(const json::object& form, const organisation_id& at);

/// {"fr": {"subject", "text"}, "en": {…}}, each language optional. Bad fields are noted in the form.
campaign::texts read_texts(const json::object& form);

std::string preview_json(const campaign::preview& of);
/// W7: the same of balance mails.
std::string balance_preview_json(const campaign::preview& of, const currency& unit);
std::string texts_json(const campaign::texts& of);
/// Without recipients where there is no page of them.
std::string campaign_json(const campaign::overview& of, const campaign::recipient_page* recipients);
/// Items of a list, with the cursor of the next page.
std::string campaigns_json(const campaign::campaign_page& page);

/// Nothing of it is under way any more.
bool is_finished(const campaign::overview& of);

} // namespace foyer::http::staff
