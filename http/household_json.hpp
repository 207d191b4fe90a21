#pragma once

#include "actors/household/household.hpp"
#include "actors/organisation/organisation.hpp"
#include "actors/wallet/wallet.hpp"
#include "http/json/writer.hpp"

#include <string>

namespace foyer::http {

/// One member ("Shapes"). Appends one value. Pure.
void append_member(json::writer& out, const household::member& of);

/// The household as the HTTP interface has it, with its wallet. Appends one value. Pure.
void append_household(json::writer& out, const household::state& of, const wallet::state& purse,
                      const currency& unit);
std::string household_json(const household::state& of, const wallet::state& purse, const currency& unit);

/// The record alone, as the audit log keeps it.
std::string household_record_json(const household::state& of);

/// The wallet as its buyer sees it; with `staff_floor` also the floor and the room that staff have (W3).
std::string wallet_json(const wallet::state& of, const currency& unit, std::optional<amount> staff_floor);

/// One ledger entry. `for_staff`: also who it was, and the counter-account. Appends one value.
void append_entry(json::writer& out, const wallet::entry& of, const currency& unit, bool for_staff);

} // namespace foyer::http
