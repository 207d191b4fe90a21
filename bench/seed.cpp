#include "bench/seed.hpp"

#include "actors/vocabulary/encode.hpp"
#include "actors/vocabulary/secret.hpp"
#include "actors/wallet/wallet.hpp"
#include "bench/failure.hpp"
#include "bench/people.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <future>
#include <utility>

namespace foyer::bench {

namespace {

// Rows of so many households are in memory at a time.
constexpr std::size_t chunk_size = 10'000;

// Argon2id, m = 19 MiB, t = 2, p = 1, of seeded_password: computed once, because 50 ms for each of a million
// accounts would be half a day.
constexpr std::string_view password_hash =
    "$argon2id$v=19$m=19456,t=2,p=1$Zm95ZXItYmVuY2gtc2FsdA$V+2ZH10bksyqGeMLnTQ0KtTxDfQwkytDDVuihstgb9I";

std::string numbered(std::string_view prefix, std::size_t number) {
  std::array<char, 16> digits;
  std::snprintf(digits.data(), digits.size(), "%012zx", number);
  return std::string{prefix} + digits.data();
}

// As bytea is written; COPY reads a backslash as the start of an escape, so it is written twice.
std::string bytea(const sha256_hash& hash) {
  return "\\\\x" + in_hex(hash);
}

// One line of COPY's text format. The texts written here hold no tab, line end or backslash that is not
// meant.
template <class... Texts>
void add_line(std::string& to, const Texts&... texts) {
  bool first = true;
  ((to.append(std::exchange(first, false) ? "" : "\t").append(texts)), ...);
  to += '\n';
}

class seeder {
public:
  seeder(database& to, const std::string& organisation_slug, std::uint64_t seed);

  void administrator();
  void households(std::size_t from, std::size_t to);

private:
  void add_account(std::size_t number);
  void add_session(std::size_t number);
  void add_household(std::size_t number);
  void add_wallet(std::size_t number);
  void copy_all();

  database& to_;
  std::uint64_t seed_;
  std::string organisation_;
  std::string currency_locale_;
  time_point now_;
  std::string at_;
  std::string expires_;
  std::string accounts_, sessions_, households_, members_, wallets_, entries_;
};

seeder::seeder(database& to, const std::string& organisation_slug, std::uint64_t seed)
    : to_{to}, seed_{seed} {
  organisation_ = to_.value("select id from organisations where slug = " + to_.quoted(organisation_slug));
  if (organisation_.empty()) throw failure{"the database has no organisation " + organisation_slug};
  // The database's clock and format: the hash of an entry covers its time to the microsecond.
  const auto microseconds =
      to_.value("select (extract(epoch from date_trunc('second', now())) * 1000000)::bigint");
  now_ = time_point{std::chrono::microseconds{std::stoll(microseconds)}};
  at_ = to_.value("select to_timestamp(" + microseconds + " / 1000000)::text");
  expires_ = to_.value("select (to_timestamp(" + microseconds + " / 1000000) + interval '10 years')::text");
}

void seeder::add_account(std::size_t number) {
  const auto name = seeded_name(number);
  const auto email = name + "@bench.example";
  // id, email, email_key, username, username_key, password_hash, first_name, last_name, birth_date, locale,
  // state, version, created_at, confirmed_at, password_changed_at
  add_line(accounts_, numbered(account_prefix, number), email, email, name, name, password_hash, "Camille",
           "Banc", "1980-05-17", "fr", "active", "1", at_, at_, at_);
}

void seeder::add_session(std::size_t number) {
  // Kept data is used for years, and no run should begin with noting that everybody is there again.
  // id, token_hash, assurance, account_id, created_at, last_used_at, password_at, expires_at
  add_line(sessions_, numbered("01900000-0000-7004-8000-", number),
           bytea(sha256(seeded_token(seed_, number))), "login", numbered(account_prefix, number), at_,
           expires_, at_, expires_);
}

void seeder::add_household(std::size_t number) {
  const auto household = numbered(household_prefix, number);
  const auto member = numbered("01900000-0000-7003-8000-", number);
  const auto who = person_of(seed_, number);
  // organisation_id, id, number, status, responsible_id, email, email_key, phone, locale, account_id,
  // linked_at, everything_shown, version, created_at
  add_line(households_, organisation_, household, client_number(number), "accepted", member, who.email,
           who.email, who.phone, "fr", numbered(account_prefix, number), at_, "t", "1", at_);
  // organisation_id, household_id, id, position, first_name, last_name, birth_date
  add_line(members_, organisation_, household, member, "0", who.first_name, who.last_name, "1980-05-17");
}

// The wallet's own rules make its rows, so that the chain is what `foyer ledger verify` expects.
void seeder::add_wallet(std::size_t number) {
  const auto household = numbered(household_prefix, number);
  wallet::state blank;
  blank.household = household_id{*parse_uuid(household)};
  wallet::record top_up;
  top_up.organisation = organisation_id{*parse_uuid(organisation_)};
  top_up.change = seeded_balance;
  top_up.reason = "Banc d'essai";
  top_up.counter_account = "cash";
  top_up.by = {wallet::actor_kind::system, std::nullopt, now_};
  top_up.id = entry_id{*parse_uuid(numbered("01900000-0000-7005-8000-", number))};
  const auto decided = wallet::decide(blank, top_up);
  if (!decided) throw failure{"the wallet refuses the top-up that the bench starts with"};
  const auto& wallet = decided->rows.wallets.at(0);
  const auto& entry = decided->rows.entries.at(0);
  // organisation_id, household_id, balance, held, lowest, entries_count, head, version
  add_line(wallets_, organisation_, household, std::to_string(wallet.balance), std::to_string(wallet.held),
           std::to_string(wallet.lowest), std::to_string(wallet.entries_count), bytea(wallet.head),
           std::to_string(wallet.version));
  // organisation_id, household_id, seq, id, kind, amount, balance_after, held_after, counter_account, reason,
  // by_kind, at, hash
  add_line(entries_, organisation_, household, std::to_string(entry.seq), to_string(entry.id),
           std::to_string(entry.kind), std::to_string(entry.change), std::to_string(entry.balance_after),
           std::to_string(entry.held_after), entry.counter_account, entry.reason,
           std::to_string(entry.by_kind), at_, bytea(entry.hash));
}

void seeder::administrator() {
  add_account(0);
  add_session(0);
  copy_all();
  to_.execute("insert into roles (organisation_id, account_id, role, created_at) values ('" + organisation_ +
              "', '" + numbered(account_prefix, 0) + "', 'administrator', now())");
}

void seeder::households(std::size_t from, std::size_t to) {
  for (auto number = from; number <= to; ++number) {
    add_account(number);
    add_session(number);
    add_household(number);
    add_wallet(number);
  }
  copy_all();
}

void seeder::copy_all() {
  const std::pair<const char*, std::string*> tables[] = {
      {"accounts (id, email, email_key, username, username_key, password_hash, first_name, last_name, "
       "birth_date, "
       "locale, state, version, created_at, confirmed_at, password_changed_at)",
       &accounts_},
      {"sessions (id, token_hash, assurance, account_id, created_at, last_used_at, password_at, expires_at)",
       &sessions_},
      {"households (organisation_id, id, number, status, responsible_id, email, email_key, phone, "
       "locale, account_id, linked_at, everything_shown, version, created_at)",
       &households_},
      {"members (organisation_id, household_id, id, position, first_name, last_name, birth_date)", &members_},
      {"wallets (organisation_id, household_id, balance, held, lowest, entries_count, head, version)",
       &wallets_},
      {"ledger_entries (organisation_id, household_id, seq, id, kind, amount, balance_after, held_after, "
       "counter_account, reason, by_kind, at, hash)",
       &entries_},
  };
  for (const auto& [target, lines] : tables) {
    if (lines->empty()) continue;
    to_.copy_start(target);
    to_.copy_lines(*lines);
    to_.copy_finish();
    lines->clear();
  }
}

// What clients are searched by follows every change of a row; here it is made in portions on a connection of
// its own, beside the rows of the next portion, and its index at the end.
class bulk_search {
public:
  explicit bulk_search(database& to) : to_{to}, beside_{to.another()} {
    index_ = to_.value("select pg_get_indexdef(to_regclass('household_search_words'))");
    if (index_.empty()) throw failure{"the database has no index household_search_words"};
    to_.execute("drop index household_search_words");
    switch_triggers("disable");
    beside_.execute("set synchronous_commit = off");
  }
  // Of households that are committed. Throws what the portion before threw.
  void refresh(std::size_t from, std::size_t last) {
    if (under_way_.valid()) under_way_.get();
    under_way_ = std::async(std::launch::async, [this, from, last] {
      beside_.execute("select refresh_household_search(array(select id from households where id between '" +
                      numbered(household_prefix, from) + "' and '" + numbered(household_prefix, last) +
                      "'))");
    });
  }
  void finish() {
    if (under_way_.valid()) under_way_.get();
    switch_triggers("enable");
    to_.execute("set maintenance_work_mem = '512MB'");
    to_.execute(index_);
  }

private:
  void switch_triggers(const std::string& way) {
    for (const char* table : {"households", "members"})
      to_.execute("alter table " + std::string{table} + " " + way + " trigger search_insert");
  }

  database& to_;
  database beside_;
  std::string index_;
  std::future<void> under_way_; // the last: it ends before what it uses
};

} // namespace

household_id seeded_household(std::size_t number) {
  return household_id{*parse_uuid(numbered(household_prefix, number))};
}

std::string seeded_name(std::size_t number) {
  return "bench" + std::to_string(number);
}

std::string seeded_token(std::uint64_t seed, std::size_t number) {
  return base64url(sha256("foyer-bench session " + std::to_string(seed) + " " + std::to_string(number)));
}

void seed_households(database& to, const std::string& organisation_slug, std::size_t households,
                     std::uint64_t seed, const std::function<void(std::size_t done)>& progress) {
  // What is half made is thrown away, so nothing waits for the disk before the end.
  to.execute("set synchronous_commit = off");
  seeder all{to, organisation_slug, seed};
  bulk_search search{to};
  all.administrator();
  for (std::size_t from = 1; from <= households; from += chunk_size) {
    const auto last = std::min(households, from + chunk_size - 1);
    all.households(from, last);
    search.refresh(from, last);
    progress(last);
  }
  search.finish();
  // It would otherwise come minutes later, in the middle of a run.
  to.execute(
      "vacuum (analyze) accounts, sessions, households, members, wallets, ledger_entries, household_search, "
      "search_words");
  to.execute("reset synchronous_commit");
  to.execute("checkpoint");
}

} // namespace foyer::bench
