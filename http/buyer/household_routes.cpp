#include "http/buyer/household_routes.hpp"

#include "actors/runtime/ask.hpp"
#include "actors/vocabulary/email.hpp"
#include "http/answers_form.hpp"
#include "http/bind.hpp"
#include "http/buyer/visitor.hpp"
#include "http/household_json.hpp"
#include "http/json/reader.hpp"
#include "http/member_actions.hpp"
#include "http/member_form.hpp"
#include "http/problem.hpp"
#include "http/version.hpp"

namespace foyer::http::buyer {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;

/// A change without If-Match is merged into what somebody else has just written, so often.
constexpr int merge_tries = 5;
constexpr int number_tries = 5;

uuid fresh_id(time_point now) {
  return new_uuid(std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count());
}

asio::awaitable<response> answer_with(house_services& with, int status, household::state of, currency unit) {
  auto purse = co_await ask_entity(with.wallets, of.id, wallet::get_view{});
  if (!purse) co_return problem_of(purse.error());
  // What staff note about a client is theirs.
  of.tags.clear();
  co_return record_response(status, household_json(of, *purse, unit), of.version);
}

asio::awaitable<response> get_household(house_services& with, request& in) {
  auto who = co_await household_visitor_of(with, in);
  if (!who) co_return problem_of(who.error());
  if (!who->of) co_return not_found();
  co_return co_await answer_with(with, 200, std::move(*who->of), who->unit());
}

// The first household of a login here (A1), from what the account says; not written yet.
household::state own_household(const visitor& who) {
  const auto& owner = *who.account;
  household::person person{owner.first_name, owner.last_name, owner.birth_date, owner.email, "", ""};
  if (const auto address = parse_email(owner.email)) person.email_key = address->key;
  auto made =
      household::first_household(who.at->id, household_id{fresh_id(who.now)}, member_id{fresh_id(who.now)},
                                 person, household::new_number(), owner.locale, who.now);
  made.status = household::status::accepted;
  made.account = owner.id;
  made.account_username = owner.username;
  made.linked_at = who.now;
  return made;
}

asio::awaitable<outcome<household::state>> create_own(house_services& with, household::state what) {
  for (int left = number_tries;; --left) {
    household::create command;
    command.what = what;
    auto made = co_await ask_entity(with.households, what.id, std::move(command));
    if (made || left == 1 || made.error().detail != household::number_constraint) co_return made;
    what.number = household::new_number();
  }
}

// The list of members as it was sent: who has an id is changed, who has none is new, who is missing goes.
std::vector<household::member> read_members(const json::object& form, const visitor& who,
                                            const household::state& of, std::vector<field_error>& missing) {
  std::vector<household::member> out;
  std::size_t position = 0;
  for (const auto& each : form.objects("members", {.min = 1, .max = household::members_max})) {
    const auto id = each.optional_uuid("id");
    const auto* known = id ? of.find_member(member_id{*id}) : nullptr;
    if (id && known == nullptr) each.note("id", "invalid");
    std::vector<field_error> unanswered;
    auto member = read_member(each, asked_as(who.at->options, who.now, of, known), unanswered);
    for (auto& field : unanswered)
      missing.push_back({"/members/" + std::to_string(position) + field.field, field.code});
    ++position;
    member.id = known == nullptr ? member_id{fresh_id(who.now)} : known->id;
    out.push_back(std::move(member));
  }
  return out;
}

household::change read_change(const json::object& form, const visitor& who, const household::state& of,
                              std::vector<field_error>& missing) {
  household::change out;
  // An address counts once its mailbox has been proved (A9, H3): staff change it, or the login's own change
  // (A7).
  form.refuse("email");
  read_contact(form, out);
  if (form.has("members")) {
    out.members = read_members(form, who, of, missing);
  } else if (form.has("answers")) { // of the responsible person, for short
    const auto* person = of.responsible_member();
    auto answers = read_answers(form, who.at->options, organisation::audience::responsible,
                                person != nullptr ? std::string_view{person->answers} : "{}");
    missing = std::move(answers.missing);
    out.members = of.members;
    for (auto& each : *out.members)
      if (each.id == of.responsible) each.answers = answers.json;
  }
  for (const auto fixed : {"id", "number", "version", "status", "archived", "responsible_id", "tags",
                           "account", "wallet", "created_at"})
    form.refuse(fixed);
  return out;
}

asio::awaitable<response> put_household(house_services& with, request& in) {
  const auto expected = expected_version(in);
  if (!expected) co_return problem_of(expected.error());
  for (int left = merge_tries;; --left) {
    auto who = co_await household_visitor_of(with, in);
    if (!who) co_return problem_of(who.error());
    const bool is_new = !who->of;
    if (is_new) who->of = own_household(*who);
    std::vector<field_error> missing;
    json::reader form(in);
    auto command = read_change(*form, *who, *who->of, missing);
    if (auto bad = form.finish()) co_return *bad;
    if (!missing.empty()) co_return problem_of(answers_missing(std::move(missing)));
    if (is_new) {
      auto made = co_await create_own(with, *who->of);
      if (!made) co_return problem_of(made.error());
    }
    command.expected_version = *expected ? **expected : who->of->version;
    auto after = co_await ask_entity(with.households, who->of->id, std::move(command));
    if (after) co_return co_await answer_with(with, 200, std::move(*after), who->unit());
    const bool again = after.error().code == errc::version_conflict && !*expected && left > 1;
    if (!again) co_return problem_of(after.error());
  }
}

asio::awaitable<outcome<at_household>> enter(house_services& with, const request& in) {
  auto who = co_await household_visitor_of(with, in);
  if (!who) co_return who.error();
  if (!who->of) co_return errc::not_found;
  const auto expected = expected_version(in);
  if (!expected) co_return expected.error();
  co_return at_household{who->at, std::move(*who->of), *expected, who->now};
}

} // namespace

void add_household_routes(router& to, house_services& with) {
  const std::string base = "/api/v1/me/orgs/{org}/household";
  const std::string member = base + "/members/{member}";
  to.add(verb::get, base, bind<get_household>(with), space_route("get_my_household"));
  to.add(verb::put, base, bind<put_household>(with), space_route("put_my_household"));
  to.add(verb::post, base + "/members", bind<enter_and<enter, add_member>>(with),
         space_route("add_my_member"));
  to.add(verb::patch, member, bind<enter_and<enter, change_member>>(with), space_route("change_my_member"));
  to.add(verb::delete_, member, bind<enter_and<enter, remove_member>>(with), space_route("remove_my_member"));
}

} // namespace foyer::http::buyer
