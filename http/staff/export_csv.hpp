#pragma once

#include "actors/household/households.hpp"
#include "actors/order/order.hpp"
#include "actors/organisation/organisation.hpp"
#include "actors/wallet/wallet_list.hpp"

#include <string>
#include <string_view>

namespace foyer::http::staff {

/// How a table is written: for `fr` headers and decimal commas are French, and semicolons separate.
struct table_style {
  std::string locale = "fr";
  char separator = ';';
  currency unit;
};

// A header line, and the lines of one record. UTF-8, lines end in CRLF; cells that a spreadsheet would
// compute are neutralised (imports::append_cell). What clients_header says can be imported again (H10).

void append_clients_header(std::string& out, const organisation::settings& of, const table_style& how);
/// One line a member, the responsible person first; what belongs to the household stands in the first line.
void append_client(std::string& out, const household::listed& of, const organisation::settings& by,
                   const table_style& how);

void append_wallets_header(std::string& out, const table_style& how);
void append_wallet(std::string& out, const wallet::listed_wallet& of, const table_style& how);
/// W6: the sums of what was written.
struct wallet_sums {
  std::int64_t positive_count = 0;
  std::int64_t negative_count = 0;
  amount positive = 0;
  amount negative = 0;
  amount held = 0;
  void add(const wallet::listed_wallet& of) noexcept;
};
void append_wallet_sums(std::string& out, const wallet_sums& of, const table_style& how);

void append_orders_header(std::string& out, const table_style& how);
void append_order(std::string& out, const order::state& of, const organisation::snapshot& at,
                  const table_style& how);

} // namespace foyer::http::staff
