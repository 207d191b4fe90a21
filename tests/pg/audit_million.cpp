#include "actors/vocabulary/encode.hpp"
#include "actors/wallet/wallet.hpp"
#include "storage/audit.hpp"
#include "storage/audit_queries.hpp"
#include "storage/ledger_walk.hpp"
#include "storage/migrations.hpp"
#include "tests/pg/database.hpp"

#include <catch2/catch.hpp>
#include <libpq-fe.h>

#include <cstdio>
#include <cstdlib>
#include <random>

using namespace foyer;
using namespace foyer::tests;

// The audit of a house of years: 100,000 wallets with ten entries each, half of them purchases with order,
// line, payment and ticket. A long run (./test --all), since a minute goes into making them:
// build/release/tests/foyer_pg "[million]" -s. FOYER_WALLETS=n makes fewer or more.

namespace {

constexpr std::int64_t entries_of_each = 10;
constexpr amount price = 1'000;

std::int64_t wallets_wanted() {
  const auto* text = std::getenv("FOYER_WALLETS");
  return text == nullptr ? 100'000 : std::strtoll(text, nullptr, 10);
}

std::string url_of(const std::string& database, std::string url = database_url()) {
  const std::string key = "dbname=";
  const auto at = url.find(key) + key.size();
  return url.replace(at, url.find(' ', at) - at, database);
}

class seeder {
public:
  /// COPY FROM is refused under row-level security, so that a superuser fills the tables.
  explicit seeder(const std::string& url) {
    auto opened = storage::connect_blocking(url);
    REQUIRE(opened);
    open_ = std::move(*opened);
    organisation_ = id<organisation_id>(1, 1);
    run("insert into organisations (id, slug, name, currency, locale, created_at) values ('" +
        text(organisation_) + "', 'parc', 'Parc', 'EUR', 'fr', now())");
    run("insert into shops (organisation_id, id, slug, name, kind, payment_methods, created_at) values ('" +
        text(organisation_) + "', '" + text(id<shop_id>(2, 1)) +
        "', 'online', 'En ligne', 'online', '{}', now())");
    run("insert into offers (organisation_id, id, kind, details, shops, version, created_at) values ('" +
        text(organisation_) + "', '" + text(id<offer_id>(3, 1)) + "', 'ticket', '{}', '{}', 1, now())");
  }

  void wallets(std::int64_t from, std::int64_t to) {
    for (auto number = from; number < to; ++number) one(number);
    copy("households (organisation_id, id, number, status, responsible_id, locale, version, created_at)",
         households_);
    copy("wallets (organisation_id, household_id, balance, held, lowest, entries_count, head, version)",
         wallets_);
    copy("ledger_entries (organisation_id, household_id, seq, id, kind, amount, balance_after, held_after, "
         "counter_account, order_id, order_number, by_kind, at, hash)",
         entries_);
    copy("orders (organisation_id, id, number, kind, status, shop_id, household_id, buyer_email, "
         "buyer_first_name, "
         "buyer_last_name, buyer_answers, locale, total, created_at, paid_at, version)",
         orders_);
  }

  /// What follows from the orders.
  void parts() {
    run("insert into order_lines select organisation_id, id, 0, id, '" + text(id<offer_id>(3, 1)) +
        "', null, 'Le Cid', 1, total, 550 from orders");
    run("insert into payments select organisation_id, id, 0, id, 1, total, 3, null, created_at from orders");
    run("insert into tickets select organisation_id, id, 0, id, 0, '" + text(id<offer_id>(3, 1)) +
        "', household_id, null, 1 from orders");
    run("insert into offer_stock select '" + text(id<offer_id>(3, 1)) + "', '" + text(organisation_) +
        "', null, count(*), 0 from orders");
    run("update orders o set invoice_year = 2026, invoice_number = n.number "
        "from (select id, row_number() over (order by id) as number from orders) n where n.id = o.id");
    run("insert into paper_counters select '" + text(organisation_) +
        "', 1, 2026, count(*) from orders having count(*) > 0");
    run("vacuum analyze");
  }

  void run(const std::string& statement) {
    const auto done = storage::query(open_.get(), statement);
    INFO(statement << ": " << (done ? "" : done.error().detail));
    REQUIRE(done);
  }

private:
  /// Spread over the whole range, as those of years are not, so that no index is in the order of the table.
  template <class Id>
  static Id id(std::uint8_t kind, std::int64_t number) {
    Id out;
    auto mixed = static_cast<std::uint64_t>(number) * 0x9E3779B97F4A7C15ULL;
    for (std::size_t i = 0; i < 8; ++i) out.value.bytes[i] = static_cast<std::uint8_t>(mixed >> (8 * i));
    out.value.bytes[8] = kind;
    for (std::size_t i = 0; i < 7; ++i)
      out.value.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return out;
  }
  template <class Id>
  static std::string text(const Id& of) {
    return to_string(of);
  }
  static std::string hex_of(const sha256_hash& hash) { return "\\\\x" + in_hex(hash); }
  template <class... Texts>
  static void line(std::string& to, const Texts&... texts) {
    ((to.append(texts).append("\t")), ...);
    to.back() = '\n';
  }

  void copy(const std::string& target, std::string& lines) {
    const storage::query_result begun{PQexec(open_.get(), ("copy " + target + " from stdin").c_str())};
    REQUIRE(PQresultStatus(begun.get()) == PGRES_COPY_IN);
    REQUIRE(PQputCopyData(open_.get(), lines.data(), static_cast<int>(lines.size())) == 1);
    REQUIRE(PQputCopyEnd(open_.get(), nullptr) == 1);
    while (auto* result = PQgetResult(open_.get())) {
      INFO(PQerrorMessage(open_.get()));
      REQUIRE(PQresultStatus(result) == PGRES_COMMAND_OK);
      PQclear(result);
    }
    lines.clear();
  }

  template <class Command>
  void decided(wallet::state& now, Command command, std::int64_t number) {
    command.organisation = organisation_;
    command.by.at = time_point{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
    command.id = id<entry_id>(4, number);
    auto step = wallet::decide(now, std::move(command));
    REQUIRE(step);
    now = std::move(step->next);
    const auto& row = step->rows.entries.at(0);
    line(entries_, text(row.organisation), text(row.household), std::to_string(row.seq), text(row.id),
         std::to_string(row.kind), std::to_string(row.change), std::to_string(row.balance_after),
         std::to_string(row.held_after), row.counter_account, row.order ? text(*row.order) : "\\N",
         row.order_number.empty() ? "\\N" : row.order_number, std::to_string(row.by_kind), at_,
         hex_of(row.hash));
  }

  void one(std::int64_t number) {
    wallet::state now;
    now.household = id<household_id>(5, number);
    line(households_, text(organisation_), text(now.household), "C-" + std::to_string(number), "accepted",
         text(id<member_id>(6, number)), "fr", "1", at_);
    for (std::int64_t i = 0; i < entries_of_each; ++i) {
      const auto entry = number * entries_of_each + i;
      if (i % 2 == 0) {
        wallet::record top_up;
        top_up.change = price + static_cast<amount>(dice_() % 5'000);
        top_up.counter_account = "cash";
        top_up.by.kind = wallet::actor_kind::staff;
        decided(now, std::move(top_up), entry);
        continue;
      }
      wallet::pay pay;
      pay.sum = price;
      pay.order = id<order_id>(7, entry);
      pay.order_number = "ORD-" + std::to_string(entry);
      pay.by.kind = wallet::actor_kind::buyer;
      line(orders_, text(organisation_), text(pay.order), pay.order_number, "1", "2", text(id<shop_id>(2, 1)),
           text(now.household), "a@example.org", "A", "B", "{}", "fr", std::to_string(price), at_, at_, "1");
      decided(now, std::move(pay), entry);
    }
    line(wallets_, text(organisation_), text(now.household), std::to_string(now.balance), "0", "0",
         std::to_string(now.entries_count), hex_of(now.head), std::to_string(now.version));
  }

  storage::blocking_connection open_;
  organisation_id organisation_;
  std::mt19937_64 dice_{1};
  const std::string at_ = "2026-03-01 00:00:00+00";
  std::string households_, wallets_, entries_, orders_;
};

template <class Work>
double seconds_of(Work work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

/// Where the time goes.
void tell_slow_checks(const std::string& url) {
  const auto open = storage::connect_blocking(url);
  REQUIRE(open);
  for (const auto& each : storage::audit_queries()) {
    REQUIRE(storage::begin_snapshot(open->get()));
    const auto took = seconds_of([&] { REQUIRE(storage::query(open->get(), each.sql)); });
    if (took > 0.1) std::printf("  %.2f s %s\n", took, each.name);
    REQUIRE(storage::query(open->get(), "rollback"));
  }
}

} // namespace

TEST_CASE("long: the audit looks at a million entries, and finds the one among them that was forged",
          "[.][million]") {
  sql("create database million");
  const auto url = url_of("million");
  REQUIRE(storage::migrate(url));
  const auto wallets = wallets_wanted();
  {
    seeder all{url_of("million", administration_url())};
    constexpr std::int64_t at_once = 5'000;
    for (std::int64_t from = 0; from < wallets; from += at_once)
      all.wallets(from, std::min(from + at_once, wallets));
    all.parts();
  }
  outcome<std::vector<storage::violation>> found{errc::internal};
  outcome<storage::ledger_report> walked{errc::internal};
  const auto audit_took = seconds_of([&] { found = storage::audit(url); });
  const auto walk_took = seconds_of([&] { walked = storage::verify_ledger(url); });
  REQUIRE(found);
  INFO((found->empty() ? "" : found->front().check + " " + found->front().what));
  CHECK(found->empty());
  REQUIRE(walked);
  CHECK(walked->entries == wallets * entries_of_each);
  CHECK(walked->broken.empty());
  std::printf("audit of %lld entries: %.1f s; ledger verify: %.1f s\n",
              static_cast<long long>(walked->entries), audit_took, walk_took);

  tell_slow_checks(url);

  storage::query(
      storage::connect_blocking(url)->get(),
      "alter table ledger_entries disable trigger user; update ledger_entries set reason = 'forged' where "
      "(household_id, seq) = (select household_id, 7 from wallets order by household_id desc limit 1)");
  found = storage::audit(url);
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  CHECK(found->front().check == "chains");
  sql("drop database million");
}
