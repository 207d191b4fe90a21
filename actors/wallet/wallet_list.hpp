#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/money.hpp"
#include "actors/vocabulary/outcome.hpp"
#include "actors/vocabulary/time.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace foyer::wallet {

/// Which wallets of an organisation are listed (W6).
struct list_filter {
  organisation_id organisation;
  std::optional<int> balance_sign;         // -1, 0, 1; none: all
  std::optional<time_point> mailed_before; // last balance mail before this time, or never
  std::optional<time_point> mailed_since;  // or since this time
  std::optional<household_id> before;      // cursor: households older than this one
  int limit = 50;
  bool with_totals = true; // of all and of the selection; they look at every wallet
};

/// A wallet with what tells whose it is. A household whose wallet was never used is listed with a balance of
/// 0.
struct listed_wallet {
  household_id household;
  std::string number;
  std::string email;
  bool archived = false;
  std::string first_name; // of the responsible person
  std::string last_name;
  amount balance = 0;
  amount held = 0;
  std::optional<time_point> last_balance_mail_at;
};

/// Over all wallets of the organisation, whatever is listed.
struct list_totals {
  std::int64_t positive_count = 0;
  amount positive = 0;
  std::int64_t negative_count = 0;
  amount negative = 0;
  amount held = 0;
};

/// Over the wallets that a filter of a positive or negative balance meets, whatever page is shown.
struct list_sums {
  std::int64_t count = 0;
  amount balance = 0;
  amount held = 0;
};

struct list_page {
  std::vector<listed_wallet> wallets; // the newest household first
  bool more = false;
  list_totals totals;
  std::optional<list_sums> selection;
};

/// The wallets for staff. `done` from any thread. Implemented in storage/loaders/wallet_list.cpp.
class list {
public:
  virtual ~list() = default;
  virtual void list_wallets(const list_filter& which, std::function<void(outcome<list_page>)> done) = 0;
};

} // namespace foyer::wallet
