#pragma once

#include "actors/order/order.hpp"
#include "actors/organisation/organisation.hpp"
#include "http/json/writer.hpp"

namespace foyer::http {

// Invoices, credit notes and payments as the interface has them. Each appends one value. Pure.

/// The invoice of an order that has one; its id is the order's. With `details`: lines and VAT by rate.
void append_invoice(json::writer& out, const order::state& of, const currency& unit, bool details);
/// A credit note of the order (O7).
void append_credit_note(json::writer& out, const order::state& of, const order::credit_note& note,
                        const currency& unit, bool details);
/// A payment beside its order.
void append_payment_of_order(json::writer& out, const order::state& of, const order::payment& payment,
                             const currency& unit);
/// A receipt: what was ordered, what was received for it, and what is outstanding.
void append_receipt(json::writer& out, const order::state& of, const organisation::snapshot& at);

} // namespace foyer::http
