#include "storage/loaders/loaders.hpp"

#include "actors/account/accounts.hpp"
#include "actors/deadlines/deadlines.hpp"
#include "actors/offer/offers.hpp"
#include "actors/wallet/wallets.hpp"
#include "storage/pg/read_pool.hpp"
#include "tests/pg/database.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace foyer::tests;

namespace {

struct running_reads {
  running_reads() : pool(storage::pg::create_read_pool(context.context, {}, database_url())) {
    if (!eventually([this] { return pool->ready(); })) throw std::runtime_error("the pool does not connect");
  }
  ~running_reads() { pool->close(); }
  running_context context;
  std::shared_ptr<storage::pg::read_pool> pool;
};

/// Waits for a loader's answer: `answer_of<T>([&](auto done) { loader->load(id, done); })`.
template <class T, class Ask>
outcome<T> answer_of(Ask ask) {
  auto promise = std::make_shared<std::promise<outcome<T>>>();
  ask(std::function<void(outcome<T>)>([promise](outcome<T> is) { promise->set_value(std::move(is)); }));
  return promise->get_future().get();
}

household_row a_household(const organisation_id& at) {
  household_row out;
  out.organisation = at;
  out.id = fresh_id<household_id>();
  out.number = to_string(out.id);
  out.locale = "fr";
  out.responsible = fresh_id<member_id>();
  out.created_at = noon();
  return out;
}

account_row an_account(const std::string& username) {
  account_row out;
  out.id = fresh_id<account_id>();
  out.email = username + "@example.org";
  out.email_key = out.email;
  out.username = username;
  out.username_key = username;
  out.password_hash = "$argon2id$";
  out.locale = "fr";
  out.created_at = noon();
  out.password_changed_at = noon();
  return out;
}

template <class Row>
void write(running_journal& journal, Row row) {
  commit rows;
  rows.cold.emplace_back(std::move(row));
  const auto outcome = journal.append_and_wait(std::move(rows));
  INFO(outcome.constraint << " " << outcome.detail);
  REQUIRE(outcome.status == commit_status::committed);
}

} // namespace

TEST_CASE("W1 a wallet is loaded as it was written, and blank where there is none yet") {
  running_journal journal;
  running_reads reads;
  const auto loader = storage::create_wallet_loader(reads.pool);
  const auto load = [&](const household_id& of) {
    auto is = answer_of<wallet::state>([&](auto done) { loader->load_wallet(of, done); });
    REQUIRE(is.ok());
    return *is;
  };
  const auto organisation = an_organisation(journal);
  const auto household = a_household(organisation);
  write(journal, household);
  const auto blank = load(household.id);
  CHECK(blank.organisation == organisation);
  CHECK(blank.household == household.id);
  CHECK(blank.version == 0);

  commit rows;
  rows.wallets.push_back(a_wallet(organisation, household.id, 0, 700));
  rows.wallets.back().held = 200;
  rows.wallets.back().floor = -500;
  rows.wallets.back().lowest = -500;
  REQUIRE(journal.append_and_wait(rows).status == commit_status::committed);
  const auto loaded = load(household.id);
  CHECK(loaded.version == 1);
  CHECK(loaded.balance == 700);
  CHECK(loaded.held == 200);
  CHECK(loaded.floor == -500);
  CHECK(loaded.lowest == -500);
  CHECK(loaded.entries_count == 1);
  CHECK(loaded.head == rows.wallets.back().head);

  CHECK(load(fresh_id<household_id>()).organisation.is_nil());
}

TEST_CASE("W1 many wallets at once each come to the one who asked") {
  running_journal journal;
  running_reads reads;
  const auto loader = storage::create_wallet_loader(reads.pool);
  const auto organisation = an_organisation(journal);
  std::vector<household_row> households;
  std::vector<std::future<outcome<wallet::state>>> answers;
  for (int i = 0; i < 300; ++i) {
    households.push_back(a_household(organisation));
    commit rows;
    rows.cold.emplace_back(households.back());
    rows.wallets.push_back(a_wallet(organisation, households.back().id, 0, i));
    REQUIRE(journal.append_and_wait(rows).status == commit_status::committed);
  }
  for (const auto& each : households) {
    auto promise = std::make_shared<std::promise<outcome<wallet::state>>>();
    loader->load_wallet(each.id, [promise](outcome<wallet::state> is) { promise->set_value(std::move(is)); });
    answers.push_back(promise->get_future());
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto is = answers[i].get();
    REQUIRE(is.ok());
    CHECK(is->household == households[i].id);
    CHECK(is->balance == static_cast<amount>(i));
  }
}

TEST_CASE("O1 an offer is loaded with its places, and listed where it is sold") {
  running_journal journal;
  running_reads reads;
  const auto loader = storage::create_offer_loader(reads.pool);
  const auto organisation = an_organisation(journal);
  offer::details what;
  what.title = {"Le Cid", "The Cid"};
  what.rates.push_back({fresh_id<rate_id>(), {"Plein", "Full"}, 2'500, {}, {}, ""});
  what.starts_at = noon();
  what.shops = {"online"};
  what.capacity = 80;
  offer_row row;
  row.organisation = organisation;
  row.id = fresh_id<offer_id>();
  row.kind = "ticket";
  row.details = offer::to_json(what);
  row.shops = what.shops;
  row.capacity = 80;
  row.created_at = noon();
  write(journal, row);
  commit sale;
  sale.stock.push_back({organisation, row.id, 3, 2});
  REQUIRE(journal.append_and_wait(sale).status == commit_status::committed);

  const auto loaded = answer_of<offer::state>([&](auto done) { loader->load_offer(row.id, done); });
  REQUIRE(loaded.ok());
  CHECK(loaded->version == 1);
  CHECK(loaded->sold == 3);
  CHECK(loaded->held == 2);
  REQUIRE(loaded->what);
  CHECK(*loaded->what == what);
  const auto missing =
      answer_of<offer::state>([&](auto done) { loader->load_offer(fresh_id<offer_id>(), done); });
  REQUIRE(missing.ok());
  CHECK(missing->version == 0);

  const auto listed = [&](const std::string& shop) {
    const auto is =
        answer_of<std::vector<offer_id>>([&](auto done) { loader->list_offers(organisation, shop, done); });
    REQUIRE(is.ok());
    return *is;
  };
  CHECK(listed("online") == std::vector{row.id});
  CHECK(listed("counter").empty());
  CHECK(listed("") == std::vector{row.id});
  row.expected_version = 1;
  row.version = 2;
  row.archived = true;
  write(journal, row);
  CHECK(listed("online").empty());
  CHECK(listed("") == std::vector{row.id});
}

TEST_CASE("A4 deadlines that are due come earliest first, and no more than asked for") {
  running_journal journal;
  running_reads reads;
  const auto loader = storage::create_deadline_loader(reads.pool);
  sql("delete from deadlines");
  commit rows;
  for (int i = 5; i > 0; --i) {
    rows.deadlines.push_back({fresh_id<deadline_id>(),
                              deadline_kind::account_removal,
                              fresh(),
                              {},
                              noon() + std::chrono::hours{i}});
  }
  REQUIRE(journal.append_and_wait(rows).status == commit_status::committed);
  const auto load = [&](int limit) {
    const auto is = answer_of<std::vector<deadline_row>>(
        [&](auto done) { loader->load_deadlines(noon() + std::chrono::hours{4}, limit, done); });
    REQUIRE(is.ok());
    return *is;
  };
  REQUIRE(load(100).size() == 3);
  CHECK(load(100)[0].id == rows.deadlines[4].id);
  CHECK(load(100)[0].entity == rows.deadlines[4].entity);
  CHECK(load(100)[0].kind == deadline_kind::account_removal);
  CHECK(load(100)[2].due_at == noon() + std::chrono::hours{3});
  CHECK(load(2).size() == 2);
}

TEST_CASE("A8 accounts are found by what people type, and homonyms by their base") {
  running_journal journal;
  running_reads reads;
  const auto finder = storage::create_account_finder(reads.pool);
  using found = std::optional<account_id>;
  const auto find = [&](auto ask) {
    const auto is = answer_of<found>([&](auto done) { ask(reply<found>{done}); });
    REQUIRE(is.ok());
    return *is;
  };
  std::vector<account_row> accounts;
  for (const auto* name :
       {"zoe.lefevre", "zoe.lefevre2", "zoe.lefevre13", "zoe.lefevre-b", "zoe.lefevre1x", "zoe"}) {
    accounts.push_back(an_account(name));
    write(journal, accounts.back());
  }
  CHECK(find([&](auto back) { finder->by_email("zoe@example.org", back); }) == accounts[5].id);
  CHECK(find([&](auto back) { finder->by_username("zoe.lefevre2", back); }) == accounts[1].id);
  CHECK_FALSE(find([&](auto back) { finder->by_username("nobody", back); }));
  const auto like = answer_of<std::set<std::string>>(
      [&](auto done) { finder->usernames_like("zoe.lefevre", reply<std::set<std::string>>{done}); });
  REQUIRE(like.ok());
  CHECK(*like == std::set<std::string>{"zoe.lefevre", "zoe.lefevre13", "zoe.lefevre2"});

  token_row token;
  token.id = fresh_id<token_id>();
  token.purpose = token_purpose::email_change;
  token.hash = fresh_hash();
  token.account = accounts[0].id;
  token.subject = "Zoe@New.example";
  token.created_at = noon();
  token.expires_at = noon() + std::chrono::hours{24};
  write(journal, token);
  CHECK(find([&](auto back) { finder->by_new_email("zoe@NEW.example", back); }) == accounts[0].id);
  using owner = std::optional<account::token_owner>;
  const auto whose = answer_of<owner>([&](auto done) { finder->by_token(token.hash, reply<owner>{done}); });
  REQUIRE((whose.ok() && whose->has_value()));
  CHECK((*whose)->token.id == token.id);
  CHECK((*whose)->token.purpose == token_purpose::email_change);
  CHECK((*whose)->account == accounts[0].id);

  const auto loader = storage::create_account_loader(reads.pool);
  const auto loaded =
      answer_of<account::state>([&](auto done) { loader->load_account(accounts[0].id, done); });
  REQUIRE(loaded.ok());
  CHECK(loaded->username == "zoe.lefevre");
  REQUIRE(loaded->tokens.size() == 1);
  CHECK(loaded->tokens[0].subject == "Zoe@New.example");
}
