#include "actors/household/account_cache.hpp"
#include "actors/household/household.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
namespace hh = foyer::household;

namespace {

template <class Id>
Id new_id() {
  return Id{new_uuid(1'700'000'000'000)};
}

hh::state morel() {
  hh::person claire;
  claire.first_name = "Claire";
  claire.last_name = "Morel";
  claire.email = "Claire@Example.org";
  claire.email_key = "claire@example.org";
  return hh::first_household(new_id<organisation_id>(), new_id<household_id>(), new_id<member_id>(), claire,
                             "C-7K2M9Q", "fr", time_point{});
}

const household_row& row_in(const commit& rows) {
  return std::get<household_row>(rows.cold.back());
}

} // namespace

TEST_CASE("H1 a new household has its responsible person as first member") {
  const auto made = morel();
  hh::state blank;
  const auto step = decide(blank, hh::create{made, {}, {}});
  REQUIRE(step);
  CHECK(step->next.version == 1);
  CHECK(step->next.responsible_member()->first_name == "Claire");
  CHECK(step->next.status == hh::status::added);
  CHECK(row_in(step->rows).expected_version == 0);
  CHECK(row_in(step->rows).version == 1);
  CHECK(decide(step->next, hh::create{made, {}, {}}).error().code == errc::conflict);
}

TEST_CASE("H1 a client number is C- and six digits without letters that are misread") {
  const std::array<std::uint8_t, 4> random{0xFF, 0xFF, 0xFF, 0xFF};
  CHECK(hh::make_number(random) == "C-ZZZZZZ");
  CHECK(hh::make_number(std::array<std::uint8_t, 4>{}) == "C-000000");
}

TEST_CASE("H6 a change takes any subset and keeps the rest") {
  hh::change command;
  command.phone = "+33 1 23 45 67 89";
  const auto step = decide(morel(), command);
  REQUIRE(step);
  CHECK(step->next.phone == "+33 1 23 45 67 89");
  CHECK(step->next.email == "Claire@Example.org");
  CHECK(step->next.version == 2);
  CHECK(row_in(step->rows).expected_version == 1);
}

TEST_CASE("H6 a change on an old version is refused") {
  hh::change command;
  command.expected_version = 7;
  CHECK(decide(morel(), command).error().code == errc::version_conflict);
  CHECK(decide(hh::state{}, hh::change{}).error().code == errc::not_found);
  CHECK(decide(hh::state{}, hh::get_view{}).error().code == errc::not_found);
}

TEST_CASE("P2 a change by staff carries its audit entry with before and after") {
  hh::change command;
  command.phone = "1";
  command.audit.entry.emplace().action = "household.change";
  command.audit.describe = [](const hh::state& of) { return "phone " + of.phone; };
  const auto step = decide(morel(), command);
  REQUIRE(step);
  const auto& entry = std::get<staff_change_row>(step->rows.cold.back());
  CHECK(entry.action == "household.change");
  CHECK(entry.before == "phone ");
  CHECK(entry.after == "phone 1");
}

TEST_CASE("H5 members are added, changed and removed, the responsible person stays") {
  const auto before = morel();
  hh::add_member add;
  add.who.id = new_id<member_id>();
  add.who.first_name = "Léo";
  const auto added = decide(before, add);
  REQUIRE(added);
  CHECK(added->next.members.size() == 2);

  hh::change_member rename;
  rename.which = add.who.id;
  rename.first_name = "Leo";
  rename.birth_date =
      std::optional{date{std::chrono::year{2015}, std::chrono::month{4}, std::chrono::day{2}}};
  const auto renamed = decide(added->next, rename);
  REQUIRE(renamed);
  CHECK(renamed->next.find_member(add.who.id)->first_name == "Leo");
  CHECK(renamed->next.find_member(add.who.id)->birth_date);
  rename.birth_date = std::optional<date>{};
  CHECK_FALSE(decide(renamed->next, rename)->next.find_member(add.who.id)->birth_date);

  hh::remove_member remove;
  remove.which = before.responsible;
  CHECK(decide(renamed->next, remove).error().code == errc::conflict);
  remove.which = add.who.id;
  CHECK(decide(renamed->next, remove)->next.members.size() == 1);
  remove.which = new_id<member_id>();
  CHECK(decide(renamed->next, remove).error().code == errc::not_found);
}

TEST_CASE("H5 the responsible person has to be a member") {
  hh::change command;
  command.responsible = new_id<member_id>();
  const auto refused = decide(morel(), command);
  CHECK(refused.error().code == errc::invalid);
  CHECK(refused.error().fields.at(0).field == "/responsible_id");
}

TEST_CASE("H5 a household has a limit of members") {
  auto full = morel();
  while (full.members.size() < hh::members_max) full.members.push_back({});
  CHECK(decide(full, hh::add_member{}).error().code == errc::conflict);
}

TEST_CASE("H7 a link sets status and tag, and another account is refused") {
  hh::link_account link;
  link.account = new_id<account_id>();
  link.at = time_point{duration{5}};
  link.box_office_since = link.at;
  const auto linked = decide(morel(), link);
  REQUIRE(linked);
  CHECK(linked->next.status == hh::status::accepted);
  CHECK(linked->next.tags == std::vector<std::string>{"compte en ligne"});
  CHECK(linked->next.linked_at == link.at);
  CHECK(decide(linked->next, link)->next.tags.size() == 1);
  auto other = link;
  other.account = new_id<account_id>();
  CHECK(decide(linked->next, other).error().code == errc::other_account);

  const auto unlinked = decide(linked->next, hh::unlink_account{});
  REQUIRE(unlinked);
  CHECK_FALSE(unlinked->next.account);
  CHECK(unlinked->next.tags.empty());
}

TEST_CASE("H7 the memory of links forgets at once and in time") {
  using namespace std::chrono_literals;
  hh::account_cache cache{30s, 4};
  const auto at = new_id<organisation_id>();
  const auto whose = new_id<account_id>();
  const auto household = new_id<household_id>();
  const auto now = hh::account_cache::steady::now();
  CHECK_FALSE(cache.find(at, whose, now));
  cache.keep(at, whose, household, now, now);
  CHECK(cache.find(at, whose, now + 30s) == household);
  CHECK_FALSE(cache.find(at, whose, now + 31s));
  CHECK_FALSE(cache.find(new_id<organisation_id>(), whose, now));
  cache.erase(at, whose, now + 1s);
  CHECK_FALSE(cache.find(at, whose, now + 1s));
  // The answer of a query from before the erase comes late.
  cache.keep(at, whose, household, now, now + 2s);
  CHECK_FALSE(cache.find(at, whose, now + 2s));
}

TEST_CASE(
    "H7 the memory of links holds as many as it may, also of accounts whose ids differ at their end only") {
  using namespace std::chrono_literals;
  hh::account_cache cache{30s, 1'000};
  const auto at = new_id<organisation_id>();
  const auto household = new_id<household_id>();
  const auto now = hh::account_cache::steady::now();
  const auto base = new_id<account_id>();
  const auto numbered = [&](unsigned number) {
    auto out = base;
    out.value.bytes[14] = static_cast<std::uint8_t>(number >> 8U);
    out.value.bytes[15] = static_cast<std::uint8_t>(number);
    return out;
  };
  // Half of what 16 shards take: none may be full.
  constexpr unsigned many = 8'000;
  for (unsigned i = 0; i < many; ++i) cache.keep(at, numbered(i), household, now, now);
  unsigned known = 0;
  for (unsigned i = 0; i < many; ++i) known += cache.find(at, numbered(i), now) == household ? 1U : 0U;
  CHECK(known == many);
}
