#include "storage/ledger_walk.hpp"

#include "actors/wallet/wallet.hpp"
#include "storage/pg/rows.hpp"

#include <algorithm>

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
  e.order_number, e.reason, e.by_kind, e.by_account, e.at, e.hash, w.head, w.entries_count, w.balance, w.held,
  w.lowest, w.organisation_id = e.organisation_id
from ledger_entries e left join wallets w on w.household_id = e.household_id
order by e.household_id, e.seq
)sql";

// Large enough that round trips don't count, small enough to stay in the cache.
constexpr const char* fetch_sql = "fetch forward 4096 from ledger_walk";
constexpr const char* close_walk_sql = "close ledger_walk";

struct walked {
  household_id household;
  wallet::entry entry;
  // Of the wallet; none: there is no wallet.
  std::optional<sha256_hash> head;
  std::optional<std::int64_t> entries_count;
  std::optional<amount> balance;
  std::optional<amount> held;
  std::optional<amount> lowest;
  std::optional<bool> same_organisation;
};

/// What storage/audit_queries.cpp names of an entry, seen in passing.
bool is_sound(const walked& of) {
  const auto& e = of.entry;
  const auto left = e.balance_after - e.held_after;
  const bool buyer = e.by.kind == wallet::actor_kind::buyer;
  if (buyer && (e.change < 0 || e.kind == wallet::entry_kind::hold) && left < 0) return false;
  if (!buyer && e.change < 0 && left < std::min<amount>(of.lowest.value_or(0), 0)) return false;
  return !e.counter_account.empty() && of.same_organisation.value_or(false);
}

/// The same of a wallet whose last entry this is.
bool is_sound_end(const walked& of) {
  const auto& e = of.entry;
  return of.entries_count == e.seq && of.balance == e.balance_after && of.held == e.held_after &&
         of.head == e.hash;
}

walked read(const pg::rows& from, int row) {
  walked out;
  std::int32_t kind = 0;
  std::int32_t by_kind = 0;
  auto& e = out.entry;
  pg::row_reader columns{from, row};
  columns.into(out.household, e.seq, e.id, kind, e.change, e.balance_after, e.held_after, e.counter_account,
               e.order, e.order_number, e.reason, by_kind, e.by.account, e.by.at, e.hash, out.head,
               out.entries_count, out.balance, out.held, out.lowest, out.same_organisation);
  e.kind = static_cast<wallet::entry_kind>(kind);
  e.by.kind = static_cast<wallet::actor_kind>(by_kind);
  return out;
}

/// Goes through the wallets of a checkpoint beside those of the ledger; both are ordered by household.
class signed_heads {
public:
  signed_heads(checkpoint_reader* from, std::vector<broken_entry>& broken) : from_(from), broken_(broken) {
    step();
  }

  /// To this wallet; those before it have no entries.
  void begin(const household_id& household) {
    while (next_ && next_->household < household) leave_out();
  }
  void end() {
    while (next_) leave_out();
  }

  /// What was signed of this wallet, or null.
  [[nodiscard]] const signed_head* of(const household_id& household) const {
    return next_ && next_->household == household ? &*next_ : nullptr;
  }
  [[nodiscard]] const std::string& at() const { return from_->at(); }
  /// The wallet is done with.
  void pass(const household_id& household) {
    if (of(household) != nullptr) step();
  }

private:
  void leave_out() {
    broken_.push_back(missing_tail(*next_, 0, at()));
    step();
  }
  void step() { next_ = from_ != nullptr ? from_->next() : std::nullopt; }

  checkpoint_reader* from_;
  std::vector<broken_entry>& broken_;
  std::optional<signed_head> next_;
};

/// Follows one wallet after the other.
class walker {
public:
  explicit walker(checkpoint_reader* signed_before) : signed_(signed_before, report_.broken) {}
  walker(const walker&) = delete;
  walker& operator=(const walker&) = delete;

  void see(const walked& next) {
    if (next.household != household_) {
      finish();
      begin(next);
    }
    ++report_.entries;
    const auto& e = next.entry;
    report_.wallets_sound = report_.wallets_sound && is_sound(next);
    end_sound_ = is_sound_end(next);
    if (!broken_) check(e);
    seq_ = e.seq;
    balance_ = e.balance_after;
    last_ = e.hash;
  }

  ledger_report finished() {
    finish();
    signed_.end();
    return std::move(report_);
  }

private:
  void begin(const walked& first) {
    signed_.begin(first.household);
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
    if (const auto* head = signed_.of(household_);
        head != nullptr && head->entries == e.seq && head->head != e.hash)
      tell(replaced_entry(*head, signed_.at()));
  }

  void finish() {
    if (report_.wallets == 0) return;
    if (!broken_) check_end();
    report_.wallets_sound = report_.wallets_sound && end_sound_ && !broken_;
    signed_.pass(household_);
  }

  void check_end() {
    if (const auto* head = signed_.of(household_); head != nullptr && head->entries > seq_)
      return tell(missing_tail(*head, seq_, signed_.at()));
    if (!head_) return tell(seq_, "the wallet itself is missing");
    if (*head_ != last_) tell(seq_, "the wallet's head is not the hash of its last entry");
  }

  void tell(std::int64_t seq, std::string why) { tell({household_, seq, std::move(why)}); }
  void tell(broken_entry what) {
    broken_ = true;
    report_.broken.push_back(std::move(what));
  }

  ledger_report report_;
  signed_heads signed_;
  household_id household_;
  std::optional<sha256_hash> head_;
  std::int64_t seq_ = 0;
  amount balance_ = 0;
  sha256_hash last_{};
  bool broken_ = false;
  bool end_sound_ = true; // of the entry that was seen last
};

} // namespace

outcome<query_result> begin_snapshot(PGconn* open, const std::string& of) {
  if (of.empty()) return query(open, begin_sql);
  return query(open, std::string{begin_sql} + "; set transaction snapshot '" + of + "'");
}

broken_entry missing_tail(const signed_head& of, std::int64_t last, const std::string& at) {
  const auto there = last == 0 ? std::string{"the ledger has none of the wallet"}
                               : "the ledger ends with number " + std::to_string(last);
  return {of.household, last,
          "the checkpoint of " + at + " signed " + std::to_string(of.entries) + " entries, but " + there};
}

broken_entry replaced_entry(const signed_head& of, const std::string& at) {
  return {of.household, of.entries,
          "it is not the entry that the checkpoint of " + at + " signed: it or one before it was changed"};
}

outcome<ledger_report> walk_ledger(PGconn* open, checkpoint_reader* signed_before) {
  if (auto opened = query(open, open_walk_sql); !opened) return opened.error();
  walker walk{signed_before};
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

outcome<ledger_report> verify_ledger(const std::string& database_url, checkpoint_reader* signed_before) {
  auto open = connect_blocking(database_url);
  if (!open) return open.error();
  if (auto begun = begin_snapshot(open->get()); !begun) return begun.error();
  return walk_ledger(open->get(), signed_before);
}

} // namespace foyer::storage
