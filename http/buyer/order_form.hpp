#pragma once

#include "actors/checkout/checkout.hpp"
#include "http/json/reader.hpp"

namespace foyer::http::buyer {

/// Reads the body of an order or quote (API.md, "Bodies") into a command: lines, buyer, payments, ticks. What
/// is wrong is noted in the form; nothing of the command counts before its finish().
void read_order(const json::object& form, checkout::place_order& into);

/// The buyer's part alone.
void read_buyer(const json::object& form, checkout::place_order& into);

/// One payment method by name; notes `invalid` otherwise.
organisation::payment_method read_method(const json::object& form, std::string_view name);

} // namespace foyer::http::buyer
