#include "demo/people.hpp"

#include "actors/account/username.hpp"
#include "actors/password/argon2.hpp"
#include "actors/vocabulary/email.hpp"
#include "actors/vocabulary/json_text.hpp"
#include "actors/vocabulary/text.hpp"
#include "demo/calendar.hpp"
#include "demo/chance.hpp"
#include "demo/csv.hpp"

#include <algorithm>
#include <set>

namespace foyer::demo {
namespace {

using std::chrono::days;

constexpr int grown_up = 18;
constexpr int youngest_client = 24;
constexpr int oldest_client = 84;
// Of the first names' last year: still given today.
constexpr int still_common = 2018;

std::chrono::sys_days day_of(time_point at) {
  return std::chrono::floor<days>(at);
}

account_row new_account(std::uint64_t seed, const std::string& email, const std::string& first_name,
                        const std::string& last_name, const date& birth, time_point at) {
  const auto address = parse_email(email);
  if (!address) throw std::logic_error{"\"" + email + "\" is no address"};
  account_row row;
  row.id = account_id{made_id(seed, "account " + address->key, at)};
  row.email = address->shown;
  row.email_key = address->key;
  row.password_hash = password::no_password;
  row.first_name = first_name;
  row.last_name = last_name;
  row.birth_date = birth;
  row.locale = "fr";
  row.active = true;
  row.created_at = at;
  row.confirmed_at = at;
  row.password_changed_at = at;
  return row;
}

void name_account(account_row& row, std::set<std::string>& taken) {
  row.username = account::free_username(account::username_base(row.first_name, row.last_name),
                                        static_cast<int>(row.birth_date->year()), taken);
  row.username_key = account::username_key(row.username);
  taken.insert(row.username_key);
}

void link(planned_household& to, account_row account, time_point at) {
  to.who.status = household::status::accepted;
  to.who.account = account.id;
  to.who.account_username = account.username;
  to.who.username = account.username;
  to.who.linked_at = at;
  to.who.box_office_since = at;
  to.who.tags.emplace_back(household::online_account_tag);
  to.account = std::move(account);
}

/// Draws believable families one after the other.
class registrar {
public:
  registrar(std::uint64_t seed, const organisation::snapshot& at, time_point base)
      : seed_(seed), at_(at), base_(base), chance_(seed, "households") {}

  planned_household family(const account_row& claire);
  planned_household client(std::size_t number);
  void reserve(const account_row& row) {
    usernames_.insert(row.username_key);
    emails_.insert(row.email_key);
  }

private:
  household::state blank(const std::string& name, time_point created);
  void add_member(household::state& to, std::string first, std::string last, const date& birth,
                  std::string relation);
  void add_children(household::state& to, const std::string& last_name, int parent_age);
  std::string first_name(char sex, int birth_year);
  date birth_of_age(int age);
  std::string address();
  std::string phone(bool mobile);
  std::string new_email(const household::member& of);
  std::vector<std::string> some_tags();
  void set_status(planned_household& to);

  std::uint64_t seed_;
  const organisation::snapshot& at_;
  time_point base_;
  chance chance_;
  std::set<std::string> usernames_;
  std::set<std::string> emails_;
  std::set<std::string> numbers_;
  table first_names_ = read_table("first_names");
  table last_names_ = read_table("family_names");
  table streets_ = read_table("streets");
  table towns_ = read_table("towns");
  table tags_ = read_table("tags");
};

household::state registrar::blank(const std::string& name, time_point created) {
  household::state made;
  made.organisation = at_.id;
  made.id = household_id{made_id(seed_, "household " + name, created)};
  made.version = 1;
  do {
    const auto raw = chance_.next();
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(raw >> (8 * i));
    made.number = household::make_number(bytes);
  } while (!numbers_.insert(made.number).second);
  made.locale = "fr";
  made.created_at = created;
  made.address = address();
  return made;
}

void registrar::add_member(household::state& to, std::string first, std::string last, const date& birth,
                           std::string relation) {
  household::member who;
  who.id = member_id{made_id(seed_, to.number + " " + std::to_string(to.members.size()), to.created_at)};
  who.first_name = std::move(first);
  who.last_name = std::move(last);
  who.birth_date = birth;
  who.relation = std::move(relation);
  if (to.members.empty()) to.responsible = who.id;
  to.members.push_back(std::move(who));
}

std::string registrar::first_name(char sex, int birth_year) {
  std::vector<std::int64_t> weights(first_names_.size(), 0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto row = first_names_.at(i);
    const auto until = row.number("to");
    const bool fits = row.number("from") <= birth_year && (birth_year <= until || until >= still_common);
    if (fits && row.text("sex").front() == sex) weights[i] = 1;
  }
  return first_names_.at(chance_.weighted(weights)).text("first_name");
}

date registrar::birth_of_age(int age) {
  const auto birthday = day_of(base_) - days{chance_.between(1, 364)};
  const date within_last_year{birthday};
  // 29 February is not in every year.
  const auto day = std::min(within_last_year.day(), std::chrono::day{28});
  return date{within_last_year.year() - std::chrono::years{age}, within_last_year.month(), day};
}

std::string registrar::address() {
  std::vector<std::int64_t> weights;
  for (std::size_t i = 0; i < towns_.size(); ++i) weights.push_back(towns_.at(i).number("weight"));
  const auto town = towns_.at(chance_.weighted(weights));
  return std::to_string(chance_.between(1, 120)) + (chance_.percent(12) ? " bis " : " ") +
         streets_.at(chance_.below(streets_.size())).text("street") + ", " + town.text("postcode") + " " +
         town.text("town");
}

std::string registrar::phone(bool mobile) {
  auto digits = std::to_string(10'000 + chance_.below(10'000)).substr(1);
  digits.insert(2, " ");
  return (mobile ? "06 39 98 " : "02 61 91 ") + digits;
}

std::string registrar::new_email(const household::member& of) {
  auto local = fold_to_ascii(of.first_name) + "." + fold_to_ascii(of.last_name);
  std::erase(local, ' ');
  for (int n = 1;; ++n) {
    auto email = local + (n == 1 ? "" : std::to_string(n)) + "@demo.example";
    if (emails_.insert(email).second) return email;
  }
}

std::vector<std::string> registrar::some_tags() {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < tags_.size(); ++i)
    if (chance_.percent(tags_.at(i).number("percent"))) out.push_back(tags_.at(i).text("tag"));
  return out;
}

void registrar::add_children(household::state& to, const std::string& last_name, int parent_age) {
  if (parent_age < 27 || parent_age > 58) return;
  const auto count = static_cast<int>(chance_.weighted({30, 25, 32, 13}));
  int age = static_cast<int>(chance_.between(1, std::min(17, parent_age - 24)));
  for (int i = 0; i < count && age >= 0; ++i) {
    const char sex = chance_.percent(50) ? 'f' : 'm';
    const auto birth = birth_of_age(age);
    add_member(to, first_name(sex, static_cast<int>(birth.year())), last_name, birth,
               sex == 'f' ? "fille" : "fils");
    age -= static_cast<int>(chance_.between(2, 4));
  }
}

void registrar::set_status(planned_household& to) {
  auto& who = to.who;
  const bool has_email = !chance_.percent(14);
  if (has_email) {
    const auto address = parse_email(new_email(who.members.front()));
    who.email = address->shown;
    who.email_key = address->key;
  }
  const auto status = chance_.weighted({40, 25, 35});
  if (!has_email || status == 0) return;
  who.status = household::status::invited;
  if (status == 1) return;
  const auto& person = who.members.front();
  const auto at = who.created_at + days{chance_.between(0, 20)};
  auto row = new_account(seed_, who.email, person.first_name, person.last_name, *person.birth_date, at);
  row.newsletter = who.newsletter;
  name_account(row, usernames_);
  link(to, std::move(row), at);
}

planned_household registrar::client(std::size_t number) {
  const auto created = base_ - days{chance_.between(80, 390)} + std::chrono::minutes{chance_.between(0, 600)};
  planned_household made;
  auto& who = made.who;
  who = blank(std::to_string(number), created);
  const auto age = static_cast<int>(chance_.between(youngest_client, oldest_client));
  const char sex = chance_.percent(60) ? 'f' : 'm';
  const auto birth = birth_of_age(age);
  const auto last_name = last_names_.at(chance_.below(last_names_.size())).text("last_name");
  add_member(who, first_name(sex, static_cast<int>(birth.year())), last_name, birth, "");
  if (chance_.percent(55)) {
    const char other = sex == 'f' ? 'm' : 'f';
    const auto partner = birth_of_age(std::max(grown_up, age + static_cast<int>(chance_.between(-4, 4))));
    const auto name =
        chance_.percent(70) ? last_name : last_names_.at(chance_.below(last_names_.size())).text("last_name");
    add_member(who, first_name(other, static_cast<int>(partner.year())), name, partner,
               sex == 'f' ? "conjoint" : "conjointe");
  }
  add_children(who, last_name, age);
  who.phone = phone(chance_.percent(75));
  who.tags = some_tags();
  who.newsletter = chance_.percent(40);
  who.archived = chance_.percent(3);
  if (chance_.percent(50))
    who.members.front().answers =
        json_object{}.add("known_by", chance_.percent(50) ? "Affiche" : "Amis").text();
  set_status(made);
  return made;
}

planned_household registrar::family(const account_row& claire) {
  planned_household made;
  auto& who = made.who;
  who = blank("claire", claire.created_at);
  who.address = "14 rue Larevellière, 49100 Angers";
  const auto rows = read_table("family");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows.at(i);
    add_member(who, row.text("first_name"), row.text("last_name"),
               born(static_cast<int>(row.number("age")), row.text("birthday"), day_of(base_)),
               row.text("relation"));
  }
  who.email = claire.email;
  who.email_key = claire.email_key;
  who.phone = "06 39 98 49 14";
  who.tags = {"adhérent"};
  who.newsletter = true;
  link(made, claire, claire.created_at);
  return made;
}

} // namespace

std::vector<planned_account> plan_accounts(std::uint64_t seed, time_point founded, time_point base) {
  std::vector<planned_account> out;
  std::set<std::string> usernames;
  const auto rows = read_table("accounts");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows.at(i);
    const auto birth = born(static_cast<int>(row.number("age")), row.text("birthday"), day_of(base));
    planned_account made{new_account(seed, row.text("email"), row.text("first_name"), row.text("last_name"),
                                     birth, founded + std::chrono::minutes{i}),
                         row.text("role")};
    name_account(made.row, usernames);
    out.push_back(std::move(made));
  }
  return out;
}

std::vector<planned_household> plan_households(std::uint64_t seed, const organisation::snapshot& at,
                                               time_point base, const account_row& claire,
                                               std::size_t others) {
  registrar desk{seed, at, base};
  for (const auto& each : plan_accounts(seed, at.created_at, base)) desk.reserve(each.row);
  std::vector<planned_household> out;
  out.push_back(desk.family(claire));
  for (std::size_t i = 1; i <= others; ++i) out.push_back(desk.client(i));
  return out;
}

int age_of(const household::member& who, time_point at) {
  if (!who.birth_date) return grown_up;
  return age_on(*who.birth_date, date{day_of(at)});
}

} // namespace foyer::demo
