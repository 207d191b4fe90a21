#pragma once

#include "actors/commit.hpp"
#include "actors/imports/plan.hpp"

#include <functional>
#include <string>
#include <vector>

namespace foyer::imports {

/// Who imports, for whom.
struct importer_of {
  organisation_id at;
  import_id which;
  std::optional<account_id> by;
  std::string locale; // of the reason in the ledger
  amount floor = 0;
  time_point now;
};

/// The households of one commit, each with its wallet's first entry and its line in the audit log, so that
/// none is ever there without them.
class portion {
public:
  /// Adds a household and counts it. Refused as the wallet refuses its opening balance (wallet::record):
  /// floor_exceeded, amount_out_of_range; then nothing of it is added.
  std::optional<errc> add(draft of, std::int64_t line, const importer_of& by, bool email_is_new,
                          const std::function<std::string()>& new_number);
  /// A line that is not created after all.
  void skip(std::int64_t line, std::string cells, std::vector<problem> why);

  /// The rows, with the import as it stands afterwards.
  [[nodiscard]] commit rows(const importer_of& by, import_row after) const;
  /// What is counted in `details`.
  void count_into(details& into) const;

private:
  households_row households_;
  std::vector<wallet_row> wallets_;
  std::vector<ledger_row> entries_;
  std::vector<staff_change_row> changes_;
  import_lines_row skipped_;
  details counts_;
};

/// The row of an import as it is after a change.
import_row to_row(const state& of, std::int64_t expected_version);

/// The account on the other side of an opening balance (double entry).
inline constexpr std::string_view opening_account = "opening_balance";

} // namespace foyer::imports
