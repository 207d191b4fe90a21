#include "storage/audit.hpp"

#include "storage/audit_queries.hpp"
#include "storage/ledger_walk.hpp"

namespace foyer::storage {

outcome<std::vector<violation>> audit(const std::string& database_url, checkpoint_reader* signed_before) {
  auto open = connect_blocking(database_url);
  if (!open) return open.error();
  if (auto begun = begin_snapshot(open->get()); !begun) return begun.error();
  std::vector<violation> found;
  for (const auto& each : audit_queries()) {
    auto answer = query(open->get(), each.sql);
    if (!answer) return refusal{errc::unavailable, std::string{each.name} + ": " + answer.error().detail};
    for (int row = 0; row < PQntuples(answer->get()); ++row)
      found.push_back({each.invariant, each.name, PQgetvalue(answer->get(), row, 0)});
  }
  auto ledger = walk_ledger(open->get(), signed_before);
  if (!ledger) return ledger.error();
  for (const auto& each : ledger->broken)
    found.push_back(
        {5, "chains",
         "wallet " + to_string(each.household) + " entry " + std::to_string(each.seq) + ": " + each.why});
  return found;
}

} // namespace foyer::storage
