#pragma once

#include "actors/commit.hpp"
#include "actors/organisation/organisation.hpp"

#include <string>

// How an organisation begins: `foyer org create` and the demonstration. Pure, but for the ids that it draws.

namespace foyer::organisation {

/// Lower case letters, digits and hyphens, beginning with a letter or digit; at most 63 characters.
bool is_slug(std::string_view text) noexcept;

/// With the points of sale `online` (customer space open) and `counter`, both with wallet, bank transfer,
/// cash and cheque. Version 1, not written yet.
snapshot new_organisation(const organisation_id& id, std::string slug, std::string name, const currency& unit,
                          std::string locale, time_point at);

/// The rows of a new organisation and its points of sale.
void write_new(const snapshot& of, commit& rows);

} // namespace foyer::organisation
