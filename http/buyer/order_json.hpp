#pragma once

#include "actors/order/order.hpp"
#include "actors/organisation/organisation.hpp"
#include "http/json/writer.hpp"

#include <optional>
#include <string>

namespace foyer::http::buyer {

/// Who reads an order. H3: whoever typed an address as a guest may not own it, and learns nothing of the
/// household that has it, not even whether there is one: then `household_id` is null.
enum class reader { known, unproven };

/// The order as the HTTP interface has it ("Shapes"), with ticket codes signed under the server's secret.
/// Appends one value. Pure.
void append_order(json::writer& out, const order::state& of, const organisation::snapshot& at,
                  const server_secret& secret, reader who = reader::known);

/// The title of the line at this position, empty when there is none.
std::string title_of(const order::state& of, int line_position);

/// The fields of a ticket, inside an object that is open; `title` is that of its line.
void append_ticket_fields(json::writer& out, const order::ticket& of, std::string_view title,
                          const server_secret& secret);

/// The fields of a pass or voucher, inside an object that is open.
void append_benefit_fields(json::writer& out, const order::benefit& of, const organisation::snapshot& at);

/// The order as one JSON text.
std::string order_json(const order::state& of, const organisation::snapshot& at, const server_secret& secret,
                       reader who = reader::known);

/// The same as the record of an idempotency key keeps it (W5): the codes of its tickets are empty, since a
/// table is no place for them. with_codes() makes the text whole again, byte by byte.
std::string order_json_without_codes(const order::state& of, const organisation::snapshot& at,
                                     reader who = reader::known);
std::string with_codes(std::string_view kept, const server_secret& secret);

} // namespace foyer::http::buyer
