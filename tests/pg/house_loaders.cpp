#include "storage/loaders/ledger.hpp"
#include "storage/loaders/organisations.hpp"
#include "tests/pg/house.hpp"

using namespace foyer;
using namespace foyer::tests;
using namespace foyer::tests::house_of;

TEST_CASE("H3 households are found by account, address, number and key") {
  house here;
  const auto owner = here.an_account();
  const auto linked = here.a_household("claire", owner);
  const auto other = here.a_household("claire");
  using household::maybe_id;
  const auto by_email = [&](household::with_account which) {
    return *answer_of<maybe_id>(
        [&](auto done) { here.households->find_by_email(here.at, "claire@example.org", which, done); });
  };
  CHECK(by_email(household::with_account::any) == std::min(linked.id, other.id));
  CHECK(by_email(household::with_account::none) == other.id);
  CHECK(*answer_of<maybe_id>([&](auto done) { here.households->find_of_account(here.at, owner, done); }) ==
        linked.id);
  CHECK(*answer_of<maybe_id>(
            [&](auto done) { here.households->find_by_number(here.at, other.number, done); }) == other.id);
  CHECK_FALSE(
      *answer_of<maybe_id>([&](auto done) { here.households->find_by_number(here.at, "C-0", done); }));

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

  const auto loaded =
      *answer_of<household::state>([&](auto done) { here.households->load_household(linked.id, done); });
  CHECK(loaded.account == owner);
  CHECK(loaded.account_username == to_string(owner));
  CHECK(loaded.members.at(0).first_name == "claire");
  CHECK(answer_of<household::state>([&](auto done) {
          here.households->load_household(fresh_id<household_id>(), done);
        })->version == 0);
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
    const auto page =
        answer_of<household::page>([&](auto done) { here.clients->list_households(which, done); });
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
  text.text = "r%h";
  CHECK(listed(text).empty());
  household::filter page;
  page.limit = 1;
  CHECK(listed(page) == ids{poor.id});
  page.before = poor.id;
  CHECK(listed(page) == ids{rich.id});
}

TEST_CASE("O1 an organisation is read with its points of sale, by slug and by id") {
  house here;
  const auto loader = storage::create_organisation_loader(*here.from.pool);
  const auto by_id =
      answer_of<organisation::snapshot_ptr>([&](auto done) { loader->load_organisation(here.at, done); });
  REQUIRE(by_id.ok());
  const auto& at = **by_id;
  REQUIRE(at.find_shop("counter") != nullptr);
  CHECK(at.find_shop("counter")->box_office);
  CHECK(at.find_shop(here.online)->payment_methods.size() == 2);
  const auto by_slug =
      answer_of<organisation::snapshot_ptr>([&](auto done) { loader->load_organisation(at.slug, done); });
  CHECK((*by_slug)->id == here.at);
  CHECK((*by_slug)->shops.size() == at.shops.size());
  CHECK(answer_of<organisation::snapshot_ptr>(
            [&](auto done) { loader->load_organisation(std::string{"nowhere"}, done); })
            .error()
            .code == errc::not_found);
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
  const auto first = *answer_of<wallet::ledger_page>(
      [&](auto done) { ledger->list_entries(here.at, claire.id, 0, 2, done); });
  REQUIRE(first.entries.size() == 2);
  CHECK(first.more);
  CHECK(first.entries[0].seq == 3);
  CHECK(first.entries[0].balance_after == 300);
  const auto rest = *answer_of<wallet::ledger_page>(
      [&](auto done) { ledger->list_entries(here.at, claire.id, 2, 2, done); });
  CHECK(rest.entries.size() == 1);
  CHECK_FALSE(rest.more);
}
