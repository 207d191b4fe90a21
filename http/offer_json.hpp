#pragma once

#include "actors/offer/offer.hpp"
#include "http/json/writer.hpp"
#include "http/paging.hpp"

#include <string>
#include <vector>

namespace foyer::http {

/// {"fr": …, "en": …}
void append_text(json::writer& out, const organisation::text& of);

/// The offer as the HTTP interface has it ("Shapes"). For staff also what is sold and held. Appends one
/// value. Pure.
void append_offer(json::writer& out, const offer::state& of, const currency& unit, bool for_staff);

/// One page of `all`, which come in the order of their ids.
std::string offers_json(std::vector<offer::state> all, const paging<offer_id>& asked, const currency& unit,
                        bool for_staff);

/// Its details alone, as the audit log keeps them.
std::string offer_details_json(const offer::details& of, const currency& unit);

} // namespace foyer::http
