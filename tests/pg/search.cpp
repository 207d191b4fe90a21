#include "tests/pg/house.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

using namespace foyer;
using namespace foyer::tests;
using namespace foyer::tests::house_of;

// H4: the list of clients, searched as somebody types (storage/migrations/007_search.sql).

namespace {

using ids = std::vector<household_id>;

struct people : house {
  household::state a_client(const std::string& first, const std::string& last, const std::string& email = {},
                            const std::string& phone = {}) {
    household::person who{first, last, {}, email, email, phone};
    auto made = household::first_household(at, next_id<household_id>(), fresh_id<member_id>(), who,
                                           next_number(), "fr", noon());
    write_cold(household::to_row(made, 0));
    return made;
  }

  /// Clients' numbers are searched too: one that is drawn would now and then hold what a test looks for.
  std::string next_number() { return household::make_number(std::array<std::uint8_t, 4>{0, 0, drawn_++, 0}); }

  /// As after any change: the whole row, one version on.
  void change(household::state& of) {
    ++of.version;
    write_cold(household::to_row(of, of.version - 1));
  }

  household::page page_of(household::filter which) {
    which.organisation = at;
    auto page = answer_of<household::page>([&](auto done) { clients->list_households(which, done); });
    REQUIRE(page.ok());
    return std::move(*page);
  }
  ids listed(household::filter which) {
    ids out;
    for (const auto& each : page_of(std::move(which)).households) out.push_back(each.who.id);
    return out;
  }
  ids searched(std::string text) {
    household::filter which;
    which.text = std::move(text);
    return listed(which);
  }

private:
  std::uint8_t drawn_ = 1;
};

} // namespace

TEST_CASE("H4 a client is found by any part of what is known, whatever the accents") {
  people here;
  auto zoe = here.a_client("Zoé-Anaïs", "L'Hôpital", "z.lhopital@courriel.example", "+33 6 12 34 56 78");
  auto other = here.a_client("Paul", "Œuvrard", "paul@poste.example", "01 99 00 55 44");
  other.username = "paulo77";
  here.change(other);
  for (const char* text : {"zoé", "ZOE", "anais", "zoe-anaïs", "zoé anaïs l'hôpital", "hopital zoe",
                           "L’HÔPITAL", "z", "ho", "pita", "z.lhopital@courriel", "LHOPITAL@", "612345678",
                           "06 12 34 56", "+33 6 12", "0612345678", "hopital 06.12"}) {
    CAPTURE(text);
    CHECK(here.searched(text) == ids{zoe.id});
  }
  for (const char* text :
       {"oeuvrard", "ŒUVR", "Œuvrard Paul", "paulo77", "lo7", "0199005544", "+33 1 99 00 55"}) {
    CAPTURE(text);
    CHECK(here.searched(text) == ids{other.id});
  }
  CHECK(here.searched(zoe.number) == ids{zoe.id});
  CHECK(here.searched(zoe.number.substr(2)) == ids{zoe.id});
  CHECK(here.searched("example") == ids{other.id, zoe.id});
  CHECK(here.searched("  ").size() == 2);
  for (const char* text : {"paul hopital", "it", "zoe oeuvrard", "%", "_", "\\", "nobody"}) {
    CAPTURE(text);
    CHECK(here.searched(text).empty());
  }
}

TEST_CASE("H4 one letter may be mistyped") {
  people here;
  const auto dupont =
      here.a_client("Geneviève", "Dupont", "genevieve.dupont@courriel.example", "06 39 98 17 45");
  const auto lacombe = here.a_client("Marc", "Lacombe", "m.lacombe@poste.example", "07 55 21 43 60");
  for (const char* text : {
           "dumont",
           "dupomt",
           "duppont",
           "duont",
           "dupon",
           "xupont",
           "dupo",
           "dupomt genevieve",
           "genevive",
           "genvieve",
           "geneviéme",
           "genevi dupomt", // names
           "genevieve.dupomt@courriel.example",
           "genevieve.dupon@courriel.ex", // addresses
           "genevieve.dipont@cour",
           "06 39 98 17 46",
           "0639981645",
           "+33 6 39 98 27 45",
       }) {
    CAPTURE(text);
    CHECK(here.searched(text) == ids{dupont.id});
  }
  for (const char* text : {"lacimbe", "lcombe", "marx lacombe", "0755214361"}) {
    CAPTURE(text);
    CHECK(here.searched(text) == ids{lacombe.id});
  }
  // Who is spelt so comes first: others are not shown beside.
  const auto dumont = here.a_client("Luc", "Dumont");
  CHECK(here.searched("dumont") == ids{dumont.id});
  // Two wrong letters are another name, and short words have to be right.
  for (const char* text : {"dibont", "lax", "mrx", "06 39 98 11 11"}) {
    CAPTURE(text);
    CHECK(here.searched(text).empty());
  }
}

TEST_CASE("H4 what is found follows every change of a record") {
  people here;
  const auto owner = here.an_account();
  auto claire = here.a_client("Claire", "Morel", "claire@poste.example");
  auto other = here.a_client("Paul", "Petit");
  claire.members[0].last_name = "Vasseur";
  here.change(claire);
  CHECK(here.searched("morel").empty());
  CHECK(here.searched("vasseur") == ids{claire.id});
  household::member child = claire.members[0];
  child.id = fresh_id<member_id>();
  child.first_name = "Timothée";
  child.email = "tim@ecole.example";
  claire.members.push_back(child);
  here.change(claire);
  CHECK(here.searched("timothee vasseur") == ids{claire.id});
  CHECK(here.searched("tim@ecole") == ids{claire.id});
  claire.members.pop_back();
  claire.account = owner;
  here.change(claire);
  CHECK(here.searched("timothee").empty());
  CHECK(here.searched(to_string(owner).substr(24)) == ids{claire.id}); // the end of the account's username
  household::filter linked;
  linked.linked = true;
  CHECK(here.listed(linked) == ids{claire.id});
  // Members that another statement moves, and records that go.
  sql("update members set household_id = '" + to_string(other.id) + "' where household_id = '" +
      to_string(claire.id) + "'");
  CHECK(here.searched("vasseur") == ids{other.id});
  sql("delete from households where id = '" + to_string(other.id) + "'");
  CHECK(here.searched("vasseur").empty());
  CHECK(sql("select count(*) from household_search where household_id = '" + to_string(other.id) + "'") ==
        "0");
}

TEST_CASE("H4 filters combine with the search, and pages follow one another") {
  people here;
  ids all, tagged, rich;
  for (int i = 0; i < 12; ++i) {
    auto one = here.a_client("Nora", "Bellanger");
    all.insert(all.begin(), one.id);
    if (i % 3 == 0) {
      one.tags = {"choeur"};
      if (i % 2 == 0) one.status = household::status::invited;
      here.change(one);
      tagged.insert(tagged.begin(), one.id);
    }
    if (i % 4 == 0) {
      commit rows;
      rows.wallets.push_back(a_wallet(here.at, one.id, 0, 700));
      here.write(std::move(rows));
      rich.insert(rich.begin(), one.id);
    }
  }
  auto gone = here.a_client("Nora", "Bellanger");
  gone.archived = true;
  here.change(gone);
  // Spelt right, and mistyped.
  for (const char* text : {"bellanger", "nora", "nora belanger", "bellamger"}) {
    CAPTURE(text);
    household::filter which;
    which.text = text;
    CHECK(here.listed(which) == all);
    auto with = which;
    with.tag = "choeur";
    CHECK(here.listed(with) == tagged);
    with.status = household::status::invited;
    CHECK(here.listed(with).size() == 2);
    with = which;
    with.balance_sign = 1;
    CHECK(here.listed(with) == rich);
    with = which;
    with.archived = true;
    CHECK(here.listed(with) == ids{gone.id});
    ids paged;
    which.limit = 5;
    for (;;) {
      const auto page = here.page_of(which);
      for (const auto& each : page.households) paged.push_back(each.who.id);
      if (!page.more) break;
      REQUIRE(paged.size() < 20);
      which.before = paged.back();
    }
    CHECK(paged == all);
  }
}

TEST_CASE("H4 another organisation's clients are never found, right or mistyped") {
  people here, elsewhere;
  const auto mine = here.a_client("Odette", "Quintavalle", "odette@poste.example");
  for (const char* text :
       {"quintavalle", "quintavalke", "odette@poste.example", "odette@poste.exampel", "od"}) {
    CAPTURE(text);
    CHECK(elsewhere.searched(text).empty());
  }
  CHECK(here.searched("quintavalke") == ids{mine.id});
}

TEST_CASE("H4 whoever is not among the newest is found all the same") {
  people here;
  // Past what is looked at one by one (find_households), made in one statement as an import does.
  sql("insert into households (organisation_id, id, number, status, responsible_id, locale, version, "
      "created_at) "
      "select '" +
      to_string(here.at) +
      "', ('01800000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'N' || n, "
      "'added', gen_random_uuid(), 'fr', 1, now() from generate_series(1, 5100) n");
  sql("insert into members (organisation_id, household_id, id, position, first_name, last_name) "
      "select organisation_id, id, gen_random_uuid(), 0, 'Anne', case number when 'N7' then 'Kerouédan' else "
      "'Blin' end "
      "from households where organisation_id = '" +
      to_string(here.at) + "' and number like 'N%'");
  CHECK(here.searched("kerouedan").size() == 1);
  CHECK(here.searched("kerouedam").size() == 1);
  CHECK(here.searched("blin").size() == 50);
  household::filter last;
  last.text = "anne";
  last.limit = 1;
  last.before = household_id{*parse_uuid("01800000-0000-7000-8000-000000000002")};
  CHECK(here.listed(last).size() == 1);
}
