#include "storage/ledger_walk.hpp"

#include "actors/wallet/wallet.hpp"
#include "storage/pg/rows.hpp"

namespace foyer::storage {
namespace {

// Nothing may end a long look half-way; hash joins of a million rows want more memory than a web request.
constexpr const char* begin_sql =
    "begin isolation level repeatable read read only;"
    "set local statement_timeout = 0; set local work_mem = '64MB'; set local jit = off;"
    "set local lock_timeout = '5s'";

// The primary key gives this order without sorting.
constexpr const char* open_walk_sql = R"sql(
declare ledger_walk binary cursor for
select e.household_id, e.seq, e.id, e.kind, e.amount, e.balance_after, e.held_after, e.counter_account, e.order_id,
  e.order_number, e.reason, e.by_kind, e.by_account, e.at, e.hash, w.head, w.entries_count
from ledger_entries e left join wallets w on w.household_id = e.household_id
order by e.household_id, e.seq
)sql";

// Large enough that round trips don't count, small enough to stay in the cache.
constexpr const char* fetch_sql = "fetch forward 4096 from ledger_walk";
constexpr const char* close_walk_sql = "close ledger_walk";

struct walked {
  household_id household;
  wallet::entry entry;
  std::optional<sha256_hash> head; // of the wallet; none: there is no wallet
  std::int64_t entries_count = 0;
};

walked read(const pg::rows& from, int row) {
  walked out;
  std::int32_t kind = 0;
  std::int32_t by_kind = 0;
  std::optional<std::int64_t> count;
  auto& e = out.entry;
  pg::row_reader columns{from, row};
  columns.into(out.household, e.seq, e.id, kind, e.change, e.balance_after, e.held_after, e.counter_account,
               e.order, e.order_number, e.reason, by_kind, e.by.account, e.by.at, e.hash, out.head, count);
  e.kind = static_cast<wallet::entry_kind>(kind);
  e.by.kind = static_cast<wallet::actor_kind>(by_kind);
  out.entries_count = count.value_or(0);
  return out;
}

/// Follows one wallet after the other.
class walker {
public:
  void see(const walked& next) {
    if (next.household != household_) {
      finish();
      begin(next);
    }
    ++report_.entries;
    const auto& e = next.entry;
    if (!broken_) check(e);
    seq_ = e.seq;
    balance_ = e.balance_after;
    last_ = e.hash;
  }

  ledger_report finished() {
    finish();
    return std::move(report_);
  }

private:
  void begin(const walked& first) {
    ++report_.wallets;
    household_ = first.household;
    head_ = first.head;
    seq_ = 0;
    balance_ = 0;
    last_ = {};
    broken_ = false;
  }

  void check(const wallet::entry& e) {
    if (e.seq != seq_ + 1) return tell(e.seq, "entry " + std::to_string(seq_ + 1) + " is missing");
    if (e.hash != wallet::chain(last_, household_, e))
      return tell(e.seq, "its hash does not fit the entry before and its own fields");
    if (e.balance_after != balance_ + e.change)
      return tell(e.seq, "its balance is not the former one and its amount");
  }

  void finish() {
    if (report_.wallets == 0 || broken_) return;
    if (!head_) return tell(seq_, "the wallet itself is missing");
    if (*head_ != last_) tell(seq_, "the wallet's head is not the hash of its last entry");
  }

  void tell(std::int64_t seq, std::string why) {
    broken_ = true;
    report_.broken.push_back({household_, seq, std::move(why)});
  }

  ledger_report report_;
  household_id household_;
  std::optional<sha256_hash> head_;
  std::int64_t seq_ = 0;
  amount balance_ = 0;
  sha256_hash last_{};
  bool broken_ = false;
};

} // namespace

outcome<query_result> begin_snapshot(PGconn* open) {
  return query(open, begin_sql);
}

outcome<ledger_report> walk_ledger(PGconn* open) {
  if (auto opened = query(open, open_walk_sql); !opened) return opened.error();
  walker walk;
  for (;;) {
    auto fetched = query(open, fetch_sql);
    if (!fetched) return fetched.error();
    const pg::rows rows{fetched->release()};
    for (int row = 0; row < rows.size(); ++row) walk.see(read(rows, row));
    if (rows.size() == 0) break;
  }
  if (auto closed = query(open, close_walk_sql); !closed) return closed.error();
  return walk.finished();
}

outcome<ledger_report> verify_ledger(const std::string& database_url) {
  auto open = connect_blocking(database_url);
  if (!open) return open.error();
  if (auto begun = begin_snapshot(open->get()); !begun) return begun.error();
  return walk_ledger(open->get());
}

} // namespace foyer::storage
