#pragma once

#include <span>

namespace foyer::storage {

/// A query that gives a row with one sentence for each violation.
struct audit_query {
  int invariant;
  const char* name;
  const char* sql;
  /// True: about wallets and their entries alone, so that the walk has seen already that there is nothing to
  /// find (ledger_report::wallets_sound), unless wallets_unseen finds some.
  bool walked = false;
};

/// How many wallets the walk can't see, though they should have entries, or have something without.
extern const char* const wallets_unseen;

/// All, in the order of their invariants.
std::span<const audit_query> audit_queries();
/// Those of invariant 8 (storage/audit_organisations.cpp).
std::span<const audit_query> queries_of_organisations();

} // namespace foyer::storage
