#include "storage/journal_cold.hpp"

#include "storage/journal_cold_rows.hpp"

#include <vector>

namespace foyer::storage {

const pg::statement& encode_cold(pg::params& out, const cold_row& row, const cold_context& context) {
  out.clear();
  return std::visit([&](const auto& of) -> const pg::statement& { return encode(out, of, context); }, row);
}

std::span<const pg::statement* const> cold_statements() {
  static const std::vector<const pg::statement*> all = [] {
    std::vector<const pg::statement*> out;
    for (const auto& area : {account_statements(), household_statements(), organisation_statements(),
                             order_statements(), paper_statements(), campaign_statements(), mail_statements(),
                             client_statements(), import_statements(), merge_statements()})
      out.insert(out.end(), area.begin(), area.end());
    return out;
  }();
  return all;
}

} // namespace foyer::storage
