#include "actors/wallet/wallet.hpp"
#include "tests/pg/database.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace foyer;
using namespace foyer::tests;

// What the database refuses by itself, whoever asks (storage/migrations/006_money_guards.sql).

namespace {

/// A wallet's first entry, which ends at this balance.
struct first_entry {
  wallet::actor_kind by = wallet::actor_kind::staff;
  amount balance = 0;
  std::optional<account_id> account;
};

class house {
public:
  explicit house(const std::string& floors = "{}") {
    sql("update organisations set settings = '{\"floors\":" + floors + "}' where id = '" + to_string(at) +
        "'");
  }

  std::string constraint_of(const first_entry& of) { return written(of, fresh_id<household_id>(), 0, 1); }

  /// "" when it was written; else what refused it.
  std::string written(const first_entry& of, const household_id& whose, std::int64_t expected,
                      std::int64_t seq, amount before = 0, std::optional<amount> floor = {}) {
    commit rows;
    auto purse = a_wallet(at, whose, expected, of.balance);
    purse.lowest = -1'000'000; // a program that is wrong lowers it as it likes
    purse.floor = floor;
    auto entry = an_entry(purse, seq, of.balance - before);
    entry.kind = static_cast<int>(wallet::entry_kind::adjustment);
    entry.by_kind = static_cast<int>(of.by);
    entry.by = of.account;
    rows.wallets.push_back(purse);
    rows.entries.push_back(entry);
    const auto became = journal.append_and_wait(std::move(rows));
    return became.status == commit_status::committed ? "" : became.constraint;
  }

  account_id a_colleague(const std::string& role) {
    const auto made = fresh_id<account_id>();
    const auto id = "'" + to_string(made) + "'";
    sql("insert into accounts (id, email, email_key, username, username_key, password_hash, first_name, "
        "last_name, "
        "locale, state, version, created_at, password_changed_at) values (" +
        id + ", " + id + ", " + id + ", " + id + ", " + id +
        ", '', '', '', 'fr', 'active', 1, now(), now())");
    sql("insert into roles values ('" + to_string(at) + "', " + id + ", '" + role + "', now())");
    return made;
  }

  running_journal journal;
  organisation_id at = an_organisation(journal);
};

} // namespace

TEST_CASE("W3 the database itself lets no buyer go below zero, whatever limit the wallet names") {
  house here{R"({"box_office":-5000})"};
  CHECK(here.constraint_of({wallet::actor_kind::buyer, -1, {}}) == "ledger_entries_buyer");
  CHECK(here.constraint_of({wallet::actor_kind::buyer, 100, {}}).empty());
}

TEST_CASE("W3 the database itself holds the floor of a role and that of a client") {
  house here{R"({"administrator":-100,"box_office":-2000,"editor":0})"};
  const auto counter = here.a_colleague("box_office");
  const auto admin = here.a_colleague("administrator");
  CHECK(here.constraint_of({wallet::actor_kind::staff, -2'000, counter}).empty());
  CHECK(here.constraint_of({wallet::actor_kind::staff, -2'001, counter}) == "wallets_floor");
  CHECK(here.constraint_of({wallet::actor_kind::staff, -100, admin}).empty());
  CHECK(here.constraint_of({wallet::actor_kind::staff, -101, admin}) == "wallets_floor");
  CHECK(here.constraint_of({wallet::actor_kind::staff, -1, here.a_colleague("auditor")}) == "wallets_floor");
  CHECK(here.constraint_of({wallet::actor_kind::staff, -2'000, {}}).empty()); // of nobody known: the deepest
  CHECK(here.constraint_of({wallet::actor_kind::staff, -2'001, {}}) == "wallets_floor");
  // Deeper for one client.
  const auto whose = fresh_id<household_id>();
  REQUIRE(here.written({wallet::actor_kind::staff, 100, admin}, whose, 0, 1, 0, -7'000).empty());
  CHECK(here.written({wallet::actor_kind::staff, -7'000, admin}, whose, 1, 2, 100, -7'000).empty());
  CHECK(here.written({wallet::actor_kind::staff, -7'001, admin}, whose, 2, 3, -7'000, -7'000) ==
        "wallets_floor");
  // What is taken away from a debt may leave one.
  CHECK(here.written({wallet::actor_kind::staff, -6'000, admin}, whose, 2, 3, -7'000, {}).empty());
}

TEST_CASE("W2 the ledger cannot be changed by who turns triggers off as a replica does") {
  house here;
  REQUIRE(here.constraint_of({wallet::actor_kind::staff, 100, {}}).empty());
  session replica{administration_url()};
  REQUIRE(replica.run("set session_replication_role = replica").empty());
  CHECK(replica.run("update ledger_entries set amount = amount + 1") == "ERROR FY002");
  CHECK(replica.run("delete from ledger_entries") == "ERROR FY002");
  CHECK(replica.run("truncate ledger_entries") == "ERROR FY002");
}

TEST_CASE("A12 two processes that take away each other's administrator leave one") {
  house here;
  const auto call = [&](const account_id& whose) {
    return "select set_role('" + to_string(here.at) + "', '" + to_string(whose) + "', null, null)";
  };
  const auto first = here.a_colleague("administrator");
  const auto second = here.a_colleague("administrator");
  session one;
  session other;
  one.run("begin");
  one.run(call(first));
  std::string became = "nothing";
  std::thread beside{[&] { became = other.run(call(second)); }};
  // The other one waits for the first.
  CHECK(eventually([] {
    return sql("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like "
               "'%set_role%'") != "0";
  }));
  one.run("commit");
  beside.join();
  CHECK(became == "ERROR FY001");
  CHECK(sql("select count(*) from roles where role = 'administrator' and organisation_id = '" +
            to_string(here.at) + "'") == "1");
}

namespace {

/// What an order with a held part leaves: balance and held money of a wallet, entry by entry.
class held_order {
public:
  explicit held_order(house& here, account_id counter) : here_(here), counter_(counter) {
    write({{wallet::entry_kind::top_up, 3'000, 0}});
    write({{wallet::entry_kind::hold, 0, 3'000}});
    // Staff who may go so far take all that is there, and more.
    write({{wallet::entry_kind::adjustment, -5'000, 0}});
  }

  struct change {
    wallet::entry_kind kind;
    amount balance = 0;
    amount held = 0;
  };

  /// One commit of staff; "" when it was written.
  std::string write(const std::vector<change>& changes, std::optional<order_id> other = {}) {
    commit rows;
    auto balance = balance_;
    auto held = held_;
    auto seq = seq_;
    for (const auto& each : changes) {
      balance += each.balance;
      held += each.held;
      auto purse = a_wallet(here_.at, whose_, 0, balance);
      auto entry = an_entry(purse, ++seq, each.balance);
      entry.held_after = held;
      entry.kind = static_cast<int>(each.kind);
      entry.by_kind = static_cast<int>(wallet::actor_kind::staff);
      entry.by = counter_;
      if (each.kind == wallet::entry_kind::purchase && other)
        entry.order = other;
      else
        entry.order = order_;
      rows.entries.push_back(entry);
    }
    auto purse = a_wallet(here_.at, whose_, version_, balance);
    purse.held = held;
    purse.lowest = -1'000'000;
    rows.wallets.push_back(purse);
    const auto became = here_.journal.append_and_wait(std::move(rows));
    if (became.status != commit_status::committed) return became.constraint;
    balance_ = balance;
    held_ = held;
    seq_ = seq;
    version_ = purse.version;
    return "";
  }

  [[nodiscard]] amount available() const { return balance_ - held_; }

private:
  house& here_;
  account_id counter_;
  household_id whose_ = fresh_id<household_id>();
  order_id order_ = fresh_id<order_id>();
  amount balance_ = 0;
  amount held_ = 0;
  std::int64_t seq_ = 0;
  std::int64_t version_ = 0;
};

} // namespace

TEST_CASE("W3 the database itself lets cash complete an order of a client in debt, and nothing deeper") {
  using kind = wallet::entry_kind;
  house here{R"({"administrator":-5000,"box_office":-5000})"};
  const auto counter = here.a_colleague("box_office");
  held_order of{here, counter};
  REQUIRE(of.available() == -5'000);
  // The floor is raised afterwards: the debt is deeper than anybody may go.
  sql("update organisations set settings = '{\"floors\":{\"administrator\":-1000,\"box_office\":0}}' where "
      "id = '" +
      to_string(here.at) + "'");
  // Neither more than was freed, nor for another order, nor without freeing anything.
  CHECK(of.write({{kind::release, 0, -3'000}, {kind::purchase, -3'001, 0}}) == "wallets_floor");
  CHECK(of.write({{kind::release, 0, -3'000}, {kind::purchase, -3'000, 0}}, fresh_id<order_id>()) ==
        "wallets_floor");
  CHECK(of.write({{kind::purchase, -3'000, 0}}) == "wallets_floor");
  CHECK(of.write({{kind::release, 0, -3'000}, {kind::adjustment, -3'000, 0}}) == "wallets_floor");
  CHECK(of.write({{kind::release, 0, -3'000}, {kind::purchase, -3'000, 0}}).empty());
  CHECK(of.available() == -5'000);
  // What was freed is not there a second time.
  CHECK(of.write({{kind::purchase, -1, 0}}) == "wallets_floor");
}
