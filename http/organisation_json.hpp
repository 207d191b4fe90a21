#pragma once

#include "actors/offer/offer.hpp"
#include "actors/organisation/organisation.hpp"
#include "http/json/writer.hpp"

#include <span>
#include <string>
#include <string_view>

namespace foyer::http {

/// What anybody may know of an organisation: names, terms, points of sale, the purchase form. Pure.
std::string public_organisation_json(const organisation::snapshot& of);

/// A point of sale ("Shapes"); without `offers` where they are not asked for. Appends one value.
void append_shop(json::writer& out, const organisation::shop& of, const std::vector<offer_id>* offers);

/// The settings that administrators read and change.
std::string settings_json(const organisation::snapshot& of);

/// The form: {"fields": […], "sets": […]}; `set`: only its fields, empty: those of all.
std::string form_json(const organisation::settings& of, std::string_view set, bool archived_too);

/// {"items": […]}
std::string tags_json(const organisation::settings& of);

} // namespace foyer::http
