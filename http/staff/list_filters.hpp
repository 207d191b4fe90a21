#pragma once

#include "actors/household/households.hpp"
#include "actors/wallet/wallet_list.hpp"
#include "http/request.hpp"

namespace foyer::http::staff {

/// Which clients (H4) and which wallets (W6) a query asks for; lists and their exports read them alike.
/// Refused: invalid, with the fields.
outcome<household::filter> household_filter_of(const request& in, const organisation_id& at);
outcome<wallet::list_filter> wallet_filter_of(const request& in, const organisation_id& at);

} // namespace foyer::http::staff
