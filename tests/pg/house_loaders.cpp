#include "storage/loaders/households.hpp"
#include "storage/loaders/ledger.hpp"
#include "storage/loaders/orders.hpp"
#include "storage/loaders/organisations.hpp"
#include "storage/pg/read_pool.hpp"
#include "tests/pg/database.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace foyer::tests;

namespace {

struct reads {
  reads() : pool(storage::pg::create_read_pool(context.context, {}, database_url())) {
    if (!eventually([this] { return pool->ready(); })) throw std::runtime_error("the pool does not connect");
  }
  ~reads() { pool->close(); }
  running_context context;
  std::shared_ptr<storage::pg::read_pool> pool;
};

template <class T, class Ask>
outcome<T> answer_of(Ask ask) {
  auto promise = std::make_shared<std::promise<outcome<T>>>();
  ask(std::function<void(outcome<T>)>([promise](outcome<T> is) { promise->set_value(std::move(is)); }));
  return promise->get_future().get();
}

/// Ids that sort as they were made, as those of different milliseconds do.
template <class Id>
Id next_id() {
  static std::int64_t ms = 1'700'000'000'000;
  return Id{new_uuid(++ms)};
}

/// An organisation with both kinds of shop, its households and orders.
struct house {
  running_journal journal;
  reads from;
  organisation_id at = an_organisation(journal);
  shop_id online = a_shop("online", false);
  shop_id counter = a_shop("counter", true);
  offer_id offer = an_offer(journal, at, 1'000);
  std::unique_ptr<order::loader> orders = storage::create_order_loader(*from.pool);
  std::unique_ptr<household::loader> households = storage::create_household_loader(*from.pool);
  std::unique_ptr<household::list> clients = storage::create_household_list(*from.pool);
  int minute = 0; // orders come one after the other

  void write(commit rows) {
    const auto became = journal.append_and_wait(std::move(rows));
    INFO(became.constraint << ' ' << became.detail);
    REQUIRE(became.status == commit_status::committed);
  }
  template <class Row>
  void write_cold(Row row) {
    commit rows;
    rows.cold.emplace_back(std::move(row));
    write(std::move(rows));
  }

  shop_id a_shop(std::string slug, bool box_office) {
    shop_row row;
    row.organisation = at;
    row.id = fresh_id<shop_id>();
    row.slug = std::move(slug);
    row.name = row.slug;
    row.box_office = box_office;
    row.payment_methods = {"wallet", "cash"};
    row.created_at = noon();
    write_cold(row);
    return row.id;
  }

  account_id an_account() {
    account_row row;
    row.id = fresh_id<account_id>();
    row.email = row.email_key = row.username = row.username_key = to_string(row.id);
    row.locale = "fr";
    row.active = true;
    row.created_at = row.password_changed_at = noon();
    write_cold(row);
    return row.id;
  }

  household::state a_household(const std::string& name, std::optional<account_id> account = {}) {
    household::person who{name, "Morel", {}, name + "@example.org", name + "@example.org", "0102"};
    auto made = household::first_household(at, next_id<household_id>(), fresh_id<member_id>(), who,
                                           household::make_number(random()), "fr", noon());
    made.account = account;
    write_cold(household::to_row(made, 0));
    return made;
  }

  static std::array<std::uint8_t, 4> random() {
    std::array<std::uint8_t, 4> out{};
    fill_random(out);
    return out;
  }

  order::state an_order(const household::state& of, std::optional<account_id> by, const shop_id& shop, int tickets = 1) {
    order::state out;
    out.organisation = at;
    out.id = next_id<order_id>();
    out.number = "ORD-" + to_string(out.id).substr(24);
    out.status = order::status::paid;
    out.shop = shop;
    out.household = of.id;
    out.account = by;
    out.locale = "fr";
    out.total = 2500;
    out.created_at = noon() + std::chrono::minutes{++minute};
    order::line line;
    line.id = fresh_id<line_id>();
    line.offer = offer;
    line.title = "Le Cid";
    line.quantity = tickets;
    line.members = {of.responsible};
    out.lines.push_back(line);
    order::payment payment;
    payment.id = fresh_id<payment_id>();
    payment.sum = 2500;
    payment.status = order::payment_status::succeeded;
    payment.at = out.created_at;
    out.payments.push_back(payment);
    for (int i = 0; i < tickets; ++i) {
      order::ticket one;
      one.id = fresh_id<ticket_id>();
      one.position = i;
      one.offer = offer;
      one.holder = "Claire";
      out.tickets.push_back(one);
    }
    order::benefit pass;
    pass.id = fresh();
    pass.code = to_string(pass.id);
    pass.uses_left = 10;
    out.benefits.push_back(pass);
    commit rows;
    order::write_new(out, rows);
    write(std::move(rows));
    return out;
  }

  std::vector<std::string> numbers(const order::filter& which) {
    const auto page = answer_of<order::page>([&](auto done) { orders->list_orders(which, done); });
    REQUIRE(page.ok());
    std::vector<std::string> out;
    for (const auto& each : page->orders) out.push_back(each.number);
    return out;
  }
};

} // namespace

TEST_CASE("S2 an order is read whole, by id and by number") {
  house here;
  const auto claire = here.a_household("claire");
  const auto made = here.an_order(claire, {}, here.online, 2);
  const auto by_id = answer_of<order::state>([&](auto done) { here.orders->load_order(made.id, done); });
  REQUIRE(by_id.ok());
  CHECK(by_id->number == made.number);
  CHECK(by_id->household == claire.id);
  CHECK(by_id->created_at == made.created_at);
  REQUIRE(by_id->lines.size() == 1);
  CHECK(by_id->lines[0].members == made.lines[0].members);
  CHECK(by_id->payments.at(0).status == order::payment_status::succeeded);
  CHECK(by_id->tickets.size() == 2);
  CHECK(by_id->tickets[1].holder == "Claire");
  CHECK(by_id->benefits.at(0).uses_left == 10);

  const auto named = [&](const organisation_id& at, const std::string& number) {
    return answer_of<order::state>([&](auto done) { here.orders->load_order(at, number, done); });
  };
  CHECK(named(here.at, made.number)->id == made.id);
  CHECK(named(here.at, "ORD-0").error().code == errc::not_found);
  CHECK(named(fresh_id<organisation_id>(), made.number).error().code == errc::not_found);
}

TEST_CASE("S5 an account sees its own orders, and the box office's from the moment of linking on") {
  house here;
  const auto owner = here.an_account();
  const auto claire = here.a_household("claire", owner);
  const auto old_counter = here.an_order(claire, {}, here.counter);
  const auto old_guest = here.an_order(claire, {}, here.online);
  const auto linked_at = noon() + std::chrono::minutes{here.minute + 1};
  const auto own = here.an_order(claire, owner, here.online);
  const auto guest = here.an_order(claire, {}, here.online);
  const auto counter = here.an_order(claire, {}, here.counter);
  here.an_order(here.a_household("zoe"), {}, here.online);

  order::filter which;
  which.organisation = here.at;
  which.household = claire.id;
  using list = std::vector<std::string>;
  CHECK(here.numbers(which) == list{counter.number, guest.number, own.number, old_guest.number, old_counter.number});
  which.only_of_account = owner;
  CHECK(here.numbers(which) == list{own.number});
  which.box_office_since = linked_at;
  CHECK(here.numbers(which) == list{counter.number, own.number});

  const auto tickets = answer_of<order::ticket_page>([&](auto done) { here.orders->list_tickets(which, {}, done); });
  REQUIRE(tickets.ok());
  CHECK(tickets->tickets.size() == 2);
  CHECK(tickets->tickets.at(0).order_number == counter.number);
  CHECK(tickets->tickets.at(0).title == "Le Cid");
  using benefits = std::vector<order::shown_benefit>;
  const auto shown = answer_of<benefits>([&](auto done) { here.orders->list_benefits(which, done); });
  CHECK(shown->size() == 2);
  const auto ticket = [&](const order::state& of) {
    return answer_of<order::shown_ticket>([&](auto done) { here.orders->load_ticket(which, of.tickets[0].id, done); });
  };
  CHECK(ticket(own)->of.id == own.tickets[0].id);
  CHECK(ticket(guest).error().code == errc::not_found);

  which.organisation = fresh_id<organisation_id>();
  CHECK(here.numbers(which).empty());
}

TEST_CASE("S1 tickets are paged across orders") {
  house here;
  const auto claire = here.a_household("claire");
  const auto first = here.an_order(claire, {}, here.online, 3);
  const auto second = here.an_order(claire, {}, here.online, 2);
  order::filter which;
  which.organisation = here.at;
  which.household = claire.id;
  which.limit = 2;
  std::vector<ticket_id> seen;
  std::optional<order::ticket_place> after;
  for (int page = 0; page < 3; ++page) {
    const auto got = answer_of<order::ticket_page>([&](auto done) { here.orders->list_tickets(which, after, done); });
    REQUIRE(got.ok());
    for (const auto& each : got->tickets) seen.push_back(each.of.id);
    CHECK(got->more == (page < 2));
    after = order::ticket_place{got->tickets.back().order, got->tickets.back().of.position};
  }
  CHECK(seen == std::vector<ticket_id>{second.tickets[0].id, second.tickets[1].id, first.tickets[0].id,
                                       first.tickets[1].id, first.tickets[2].id});
}

TEST_CASE("H3 households are found by account, address, number and key") {
  house here;
  const auto owner = here.an_account();
  const auto linked = here.a_household("claire", owner);
  const auto other = here.a_household("claire");
  using household::maybe_id;
  const auto by_email = [&](household::with_account which) {
    return *answer_of<maybe_id>([&](auto done) { here.households->find_by_email(here.at, "claire@example.org", which, done); });
  };
  CHECK(by_email(household::with_account::any) == std::min(linked.id, other.id));
  CHECK(by_email(household::with_account::none) == other.id);
  CHECK(*answer_of<maybe_id>([&](auto done) { here.households->find_of_account(here.at, owner, done); }) == linked.id);
  CHECK(*answer_of<maybe_id>([&](auto done) { here.households->find_by_number(here.at, other.number, done); }) == other.id);
  CHECK_FALSE(*answer_of<maybe_id>([&](auto done) { here.households->find_by_number(here.at, "C-0", done); }));

  const auto first_key = fresh_hash();
  const auto second_key = fresh_hash();
  const auto by_key = [&](const sha256_hash& hash) {
    return *answer_of<maybe_id>([&](auto done) { here.households->find_by_key(hash, done); });
  };
  here.write_cold(space_key_row{here.at, other.id, 1, first_key});
  here.write_cold(space_key_row{here.at, other.id, 1, first_key}); // told twice
  CHECK(by_key(first_key) == other.id);
  here.write_cold(space_key_row{here.at, other.id, 2, second_key});
  CHECK_FALSE(by_key(first_key));
  CHECK(by_key(second_key) == other.id);

  const auto loaded = *answer_of<household::state>([&](auto done) { here.households->load_household(linked.id, done); });
  CHECK(loaded.account == owner);
  CHECK(loaded.account_username == to_string(owner));
  CHECK(loaded.members.at(0).first_name == "claire");
  CHECK(answer_of<household::state>([&](auto done) { here.households->load_household(fresh_id<household_id>(), done); })->version == 0);
}

TEST_CASE("S6 the newest code that is still good is the one that counts") {
  house here;
  const auto claire = here.a_household("claire");
  const auto code = [&] {
    using found = std::optional<household::space_code>;
    return *answer_of<found>([&](auto done) { here.households->find_space_code(claire.id, done); });
  };
  CHECK_FALSE(code());
  token_row token;
  token.purpose = token_purpose::space_code;
  token.household = claire.id;
  token.created_at = noon();
  token.expires_at = noon() + std::chrono::minutes{15};
  for (int i = 0; i < 2; ++i) {
    token.id = next_id<token_id>();
    token.hash = fresh_hash();
    commit rows;
    rows.cold.emplace_back(tokens_replaced{token_purpose::space_code, {}, claire.id});
    rows.cold.emplace_back(token);
    here.write(std::move(rows));
    REQUIRE(code());
    CHECK(code()->id == token.id);
    CHECK(code()->expires_at == token.expires_at);
  }
  for (int i = 0; i < 5; ++i) {
    REQUIRE(code());
    here.write_cold(token_code_failed{token.id, 5});
  }
  CHECK_FALSE(code());
}

TEST_CASE("H4 clients are listed with their wallets, filtered") {
  house here;
  const auto rich = here.a_household("rich");
  const auto poor = here.a_household("poor");
  commit rows;
  rows.wallets.push_back(a_wallet(here.at, rich.id, 0, 700));
  here.write(std::move(rows));
  const auto listed = [&](household::filter which) {
    which.organisation = here.at;
    const auto page = answer_of<household::page>([&](auto done) { here.clients->list_households(which, done); });
    REQUIRE(page.ok());
    std::vector<household_id> out;
    for (const auto& each : page->households) out.push_back(each.who.id);
    return out;
  };
  using ids = std::vector<household_id>;
  household::filter all;
  CHECK(listed(all) == ids{poor.id, rich.id});
  household::filter positive;
  positive.balance_sign = 1;
  CHECK(listed(positive) == ids{rich.id});
  household::filter zero;
  zero.balance_sign = 0;
  CHECK(listed(zero) == ids{poor.id});
  household::filter text;
  text.text = "RICH mor";
  CHECK(listed(text) == ids{rich.id});
  text.text = "r_ch";
  CHECK(listed(text).empty());
  household::filter page;
  page.limit = 1;
  CHECK(listed(page) == ids{poor.id});
  page.before = poor.id;
  CHECK(listed(page) == ids{rich.id});
}

TEST_CASE("W5 an answer is found by its key") {
  house here;
  const auto answers = storage::create_answers(*here.from.pool);
  idempotency_row row{fresh(), fresh_hash(), 201, "{\"id\":1}", noon()};
  commit rows;
  rows.idempotency.push_back(row);
  here.write(std::move(rows));
  const auto found = *answer_of<order::stored_answer>([&](auto done) { answers->find_answer(row.id, done); });
  CHECK(found.status == 201);
  CHECK(found.answer == row.answer);
  CHECK(found.request_hash == row.request_hash);
  CHECK(answer_of<order::stored_answer>([&](auto done) { answers->find_answer(fresh(), done); })->status == 0);
}

TEST_CASE("O1 an organisation is read with its points of sale, by slug and by id") {
  house here;
  const auto loader = storage::create_organisation_loader(*here.from.pool);
  const auto by_id = answer_of<organisation::snapshot_ptr>([&](auto done) { loader->load_organisation(here.at, done); });
  REQUIRE(by_id.ok());
  const auto& at = **by_id;
  REQUIRE(at.find_shop("counter") != nullptr);
  CHECK(at.find_shop("counter")->box_office);
  CHECK(at.find_shop(here.online)->payment_methods.size() == 2);
  const auto by_slug = answer_of<organisation::snapshot_ptr>([&](auto done) { loader->load_organisation(at.slug, done); });
  CHECK((*by_slug)->id == here.at);
  CHECK((*by_slug)->shops.size() == at.shops.size());
  CHECK(answer_of<organisation::snapshot_ptr>([&](auto done) { loader->load_organisation(std::string{"nowhere"}, done); }).error().code ==
        errc::not_found);
}

TEST_CASE("W2 the ledger is read newest first, in pages") {
  house here;
  const auto ledger = storage::create_ledger(*here.from.pool);
  const auto claire = here.a_household("claire");
  for (int i = 1; i <= 3; ++i) {
    commit rows;
    rows.wallets.push_back(a_wallet(here.at, claire.id, i - 1, i * 100));
    rows.entries.push_back(an_entry(rows.wallets.back(), i, 100));
    here.write(std::move(rows));
  }
  const auto first = *answer_of<wallet::ledger_page>([&](auto done) { ledger->list_entries(claire.id, 0, 2, done); });
  REQUIRE(first.entries.size() == 2);
  CHECK(first.more);
  CHECK(first.entries[0].seq == 3);
  CHECK(first.entries[0].balance_after == 300);
  const auto rest = *answer_of<wallet::ledger_page>([&](auto done) { ledger->list_entries(claire.id, 2, 2, done); });
  CHECK(rest.entries.size() == 1);
  CHECK_FALSE(rest.more);
}
