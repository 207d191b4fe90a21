#include "storage/loaders/loaders.hpp"

#include "actors/account/accounts.hpp"
#include "actors/deadlines/deadlines.hpp"
#include "actors/offer/offers.hpp"
#include "actors/session/arrivals.hpp"
#include "actors/wallet/wallets.hpp"
#include "storage/loaders/households.hpp"
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

TEST_CASE("B5 a session is read together with its owner's households, members and wallets") {
  running_journal journal;
  running_reads reads;
  const auto loader = storage::create_arrival_loader(reads.pool);
  const auto households = storage::create_household_loader(*reads.pool);
  const auto wallets = storage::create_wallet_loader(reads.pool);
  const auto load = [&](const sha256_hash& hash) {
    auto is =
        answer_of<std::shared_ptr<session::arrival>>([&](auto done) { loader->load_arrival(hash, done); });
    REQUIRE(is.ok());
    return *is;
  };
  const auto same_as_alone = [&](const session::client& of) {
    const auto who =
        answer_of<household::state>([&](auto done) { households->load_household(of.who.id, done); });
    const auto purse = answer_of<wallet::state>([&](auto done) { wallets->load_wallet(of.who.id, done); });
    CHECK(of.who.organisation == who->organisation);
    CHECK(of.who.version == who->version);
    CHECK(of.who.number == who->number);
    CHECK(of.who.account == who->account);
    CHECK(of.who.account_username == who->account_username);
    CHECK(of.who.created_at == who->created_at);
    REQUIRE(of.who.members.size() == who->members.size());
    for (std::size_t i = 0; i < who->members.size(); ++i) {
      CHECK(of.who.members[i].id == who->members[i].id);
      CHECK(of.who.members[i].first_name == who->members[i].first_name);
    }
    CHECK(of.purse.household == of.who.id);
    CHECK(of.purse.organisation == purse->organisation);
    CHECK(of.purse.version == purse->version);
    CHECK(of.purse.balance == purse->balance);
    CHECK(of.purse.head == purse->head);
    CHECK(of.purse.closed == purse->closed);
  };
  const auto open = [&](std::optional<account_id> of, std::optional<household_id> space) {
    session_row row;
    row.id = fresh_id<session_id>();
    const auto bytes = fresh_id<session_id>();
    std::copy(bytes.value.bytes.begin(), bytes.value.bytes.end(), row.token_hash.begin());
    row.login = of.has_value();
    row.account = of;
    row.household = space;
    if (space) row.key_version = 1;
    row.created_at = row.last_used_at = row.password_at = noon();
    row.expires_at = noon() + std::chrono::hours{24 * 365 * 10};
    write(journal, row);
    return row.token_hash;
  };

  const auto account = an_account("arrives" + to_string(fresh_id<account_id>()));
  write(journal, account);
  std::vector<household_row> rows;
  for (int i = 0; i < 2; ++i) {
    auto row = a_household(an_organisation(journal));
    row.account = account.id;
    for (const auto* name : {"Claire", "Louis"}) {
      member_row member;
      member.id = rows.empty() && row.members.empty() ? row.responsible : fresh_id<member_id>();
      member.first_name = name;
      row.members.push_back(member);
    }
    write(journal, row);
    rows.push_back(row);
  }
  commit first;
  first.wallets.push_back(a_wallet(rows[0].organisation, rows[0].id, 0, 700));
  REQUIRE(journal.append_and_wait(first).status == commit_status::committed);

  const auto login = load(open(account.id, {}));
  REQUIRE(login->session);
  REQUIRE(login->session->owner);
  CHECK(login->session->owner->username == account.username);
  CHECK(login->session->owner->roles.empty());
  REQUIRE(login->clients.size() == 2);
  for (const auto& each : login->clients) {
    CHECK(each.who.members.size() == 2);
    same_as_alone(each);
  }

  // A door of my space: the household has an account that the session has not.
  const auto space = load(open({}, rows[1].id));
  REQUIRE(space->session);
  CHECK_FALSE(space->session->owner);
  REQUIRE(space->clients.size() == 1);
  CHECK(space->clients[0].who.id == rows[1].id);
  CHECK(space->clients[0].purse.version == 0);
  same_as_alone(space->clients[0]);

  // Whoever asks while a query is under way is answered by the next one, together.
  const auto token = open(account.id, {});
  std::vector<std::future<outcome<std::shared_ptr<session::arrival>>>> answers;
  for (int i = 0; i < 40; ++i) {
    auto promise = std::make_shared<std::promise<outcome<std::shared_ptr<session::arrival>>>>();
    answers.push_back(promise->get_future());
    loader->load_arrival(token, [promise](auto is) { promise->set_value(std::move(is)); });
  }
  for (auto& each : answers) {
    const auto is = each.get();
    REQUIRE(is.ok());
    for (const auto& client : (*is)->clients) CHECK(client.who.members.size() == 2);
  }

  const auto nobody = an_account("nobody" + to_string(fresh_id<account_id>()));
  write(journal, nobody);
  const auto alone = load(open(nobody.id, {}));
  CHECK(alone->session);
  CHECK(alone->clients.empty());
  const auto unknown = load(sha256_hash{});
  CHECK_FALSE(unknown->session);
  CHECK(unknown->clients.empty());
}
