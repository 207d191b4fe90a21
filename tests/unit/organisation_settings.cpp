#include "actors/organisation/organisations.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace foyer::organisation;

namespace {

struct fixed_clock final : clock_source {
  time_point at{};
  [[nodiscard]] time_point now() const override { return at; }
};

struct shelf final : loader {
  snapshot_ptr stored;
  int reads = 0;
  void load_organisation(std::string slug, std::function<void(outcome<snapshot_ptr>)> done) override {
    ++reads;
    if (stored && stored->slug == slug) return done(stored);
    done(errc::not_found);
  }
  void load_organisation(const organisation_id&, std::function<void(outcome<snapshot_ptr>)> done) override {
    ++reads;
    done(stored);
  }
};

struct notebook final : journal {
  std::vector<commit> commits;
  commit_status answer = commit_status::committed;
  void append(commit rows, callback done) override {
    commits.push_back(std::move(rows));
    done({answer, {}, {}});
  }
};

struct office {
  shelf rows;
  notebook book;
  fixed_clock clock;
  std::unique_ptr<registry> known = create_registry(rows, book, clock);

  office() {
    auto theatre = std::make_shared<snapshot>();
    theatre->id = organisation_id{new_uuid(1)};
    theatre->slug = "theatre";
    theatre->name = "Théâtre";
    theatre->locale = "fr";
    shop online;
    online.id = shop_id{new_uuid(2)};
    online.slug = "online";
    theatre->shops.push_back(online);
    rows.stored = theatre;
  }
  outcome<snapshot_ptr> fetch(std::string slug) {
    outcome<snapshot_ptr> out = errc::internal;
    known->fetch(std::move(slug),
                 reply<snapshot_ptr>{[&](outcome<snapshot_ptr> got) { out = std::move(got); }});
    return out;
  }
  outcome<snapshot_ptr> change(const snapshot_ptr& from, snapshot to) {
    outcome<snapshot_ptr> out = errc::internal;
    known->change(from, std::move(to), {},
                  reply<snapshot_ptr>{[&](outcome<snapshot_ptr> got) { out = std::move(got); }});
    return out;
  }
};

} // namespace

TEST_CASE("O1 an organisation's settings come back as they were stored") {
  settings some;
  some.legal_name = "Théâtre du \"Foyer\"";
  some.account_required = true;
  some.link_by_email = false;
  some.minimum_buyer_age = 16;
  some.floors = {-100'00, -50'00, 0, 0};
  some.tags = {"abonné", "presse"};
  some.bank_transfer_instructions = {"IBAN FR00\nBIC X", ""};
  form_field allergies;
  allergies.key = "allergies";
  allergies.label = {"Allergies", "Allergies"};
  allergies.type = "choice";
  allergies.mandatory = true;
  allergies.choices = {"none", "nuts"};
  allergies.of_buyer = false;
  allergies.sets = {"camp"};
  allergies.archived = true;
  some.form.push_back(allergies);
  CHECK(settings_from_json(to_json(some)) == some);
  CHECK(settings_from_json("{}") == settings{});
  CHECK(settings_from_json("not JSON") == settings{});
  CHECK(settings_from_json(R"({"floors":{"administrator":500},"minimum_buyer_age":"x"})") == settings{});
}

TEST_CASE("S7 the customer space is open where one online point of sale has it on") {
  snapshot at;
  shop counter;
  counter.box_office = true;
  counter.customer_space_open = true;
  at.shops.push_back(counter);
  CHECK_FALSE(at.customer_space_open());
  shop online;
  online.customer_space_open = true;
  at.shops.push_back(online);
  CHECK(at.customer_space_open());
}

TEST_CASE("O1 an organisation is read once and then found in memory") {
  office here;
  CHECK_FALSE(here.known->find("theatre"));
  CHECK(here.fetch("nowhere").error().code == errc::not_found);
  const auto read = here.fetch("theatre");
  REQUIRE(read);
  const auto reads = here.rows.reads;
  CHECK(here.known->find("theatre") == *read);
  CHECK(here.known->find((*read)->id) == *read);
  CHECK(here.fetch("theatre"));
  CHECK(here.rows.reads == reads);
}

TEST_CASE("O1 what another process changed is seen after a while") {
  office here;
  here.fetch("theatre");
  auto renamed = std::make_shared<snapshot>(*here.rows.stored);
  renamed->name = "Opéra";
  renamed->version = 2;
  here.rows.stored = renamed;
  CHECK(here.known->find("theatre")->name == "Théâtre");
  here.clock.at += reread_after;
  here.known->find("theatre"); // reads again behind this
  CHECK(here.known->find("theatre")->name == "Opéra");
}

TEST_CASE("O1 a change writes what differs, with its version guard") {
  office here;
  const auto before = *here.fetch("theatre");
  auto to = *before;
  to.options.account_required = true;
  const auto after = here.change(before, to);
  REQUIRE(after);
  CHECK((*after)->version == 2);
  REQUIRE(here.book.commits.size() == 1);
  REQUIRE(here.book.commits[0].cold.size() == 1);
  CHECK(std::get<organisation_row>(here.book.commits[0].cold[0]).expected_version == 1);
  CHECK(here.known->find("theatre")->options.account_required);

  auto space = **after;
  space.shops[0].customer_space_open = true;
  const auto opened = here.change(*after, space);
  REQUIRE(opened);
  CHECK(std::get<shop_row>(here.book.commits[1].cold[0]).version == 2);
  CHECK((*opened)->shops[0].version == 2);
  CHECK((*opened)->version == 2);

  CHECK(here.change(*opened, **opened));
  CHECK(here.book.commits.size() == 2); // nothing differs

  // An answer read before the change must not bring the former state back.
  here.clock.at += reread_after;
  here.known->find("theatre");
  CHECK(here.known->find("theatre")->options.account_required);
}

TEST_CASE("O1 a change that somebody else was faster with is a version conflict") {
  office here;
  const auto before = *here.fetch("theatre");
  here.book.answer = commit_status::stale;
  auto to = *before;
  to.name = "Opéra";
  CHECK(here.change(before, to).error().code == errc::version_conflict);
  CHECK(here.known->find("theatre")->name == "Théâtre");
}
