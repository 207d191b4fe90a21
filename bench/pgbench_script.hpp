#pragma once

#include "bench/database.hpp"

#include <map>
#include <string>
#include <string_view>

namespace foyer::bench {

// The reference of B1 and B2 (QUALITY.md): the same rows as the server writes, as plain statements of one
// transaction. The rows' contents are copied from an order that the server made, so that they have the same
// columns, texts and sizes; ids, times and sums are computed for each transaction.
//
// The scripts need these variables: households (a count), base (a number that no other run has), n = 0.

// What one transaction of `rush` does: all rows of an order, the wallet, and the offer's stock last, because
// the row that all wait for should be locked as briefly as possible. `sample` is the database of the server,
// which has at least one paid order of one ticket by the wallet.
std::string rush_script(database& sample);

// What one transaction of `wallet` does: the wallet of household 1 and the ledger's entry.
std::string wallet_script(database& sample);

// A literal that pgbench does not look into: it takes a colon for the start of a variable even inside quotes.
std::string script_literal(std::string_view text);

// "insert into TABLE (…) values (…), …;" for these rows. `expressions`: what stands instead of a column's
// value. Times become now().
std::string insert_statement(std::string_view table, const rows& of,
                             const std::map<std::string, std::string>& expressions);

} // namespace foyer::bench
