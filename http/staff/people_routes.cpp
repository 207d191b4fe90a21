#include "http/staff/people_routes.hpp"

#include "actors/vocabulary/json_text.hpp"
#include "http/bind.hpp"
#include "http/json/reader.hpp"
#include "http/list_json.hpp"
#include "http/session.hpp"
#include "http/staff/new_colleague.hpp"
#include "http/staff/staff_request.hpp"

#include <algorithm>

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using organisation::staff_member;
using people = std::vector<staff_member>;

void append_person(json::writer& out, const staff_member& of) {
  out.begin_object().field("account_id", of.account).field("email", of.email).field("username", of.username);
  out.field("first_name", of.first_name).field("last_name", of.last_name);
  out.field("role", to_string(of.role)).field("active", of.active).field("since", of.since).end_object();
}

response person_response(int status, const staff_member& of) {
  std::string body;
  json::writer out(body);
  append_person(out, of);
  return json_response(status, std::move(body));
}

std::string role_json(const staff_member& of) {
  return json_object{}.add("email", of.email).add("role", to_string(of.role)).text();
}

organisation::role read_role(const json::object& form) {
  using organisation::role;
  constexpr role all[] = {role::administrator, role::box_office, role::editor, role::auditor};
  return all[form.choice("role", {"administrator", "box_office", "editor", "auditor"})];
}

asio::awaitable<outcome<people>> people_of(office_services& with, const staff_request& by) {
  co_return co_await runtime::await_reply<people>(
      [&](reply<people> back) { with.records.list_staff(by.at->id, std::move(back)); });
}

const staff_member* find_person(const people& in, const auto& matches) {
  const auto found = std::find_if(in.begin(), in.end(), matches);
  return found == in.end() ? nullptr : &*found;
}

/// Somebody who can log in stays administrator; the database holds the same (journal_cold_organisation.cpp).
bool is_last_administrator(const people& all, const staff_member& who) {
  return who.role == organisation::role::administrator &&
         std::none_of(all.begin(), all.end(), [&](const staff_member& each) {
           return each.account != who.account && each.active &&
                  each.role == organisation::role::administrator;
         });
}

refusal last_administrator() {
  return {errc::conflict, "An organisation keeps an administrator; name another one first."};
}

// Writes a role with its audit entry; what remembers the former one forgets it.
asio::awaitable<outcome<done>> write_role(office_services& with, const staff_request& by,
                                          const staff_member& who, std::optional<organisation::role> role,
                                          staff_change_row entry) {
  commit rows;
  rows.cold.emplace_back(
      role_row{by.at->id, who.account, role ? std::string{to_string(*role)} : std::string{}, by.now});
  rows.cold.emplace_back(std::move(entry));
  auto written = co_await write_rows(with, std::move(rows));
  with.accounts.sessions.forget(who.account, std::nullopt);
  // Somebody else removed the other administrator a moment ago.
  if (!written && written.error().code == errc::conflict) co_return last_administrator();
  co_return written;
}

asio::awaitable<response> list_people(office_services& with, const staff_request& by, request&) {
  auto all = co_await people_of(with, by);
  if (!all) co_return problem_of(all.error());
  co_return json_response(200, list_json(*all, append_person));
}

asio::awaitable<response> post_person(office_services& with, const staff_request& by, request& in) {
  json::reader form(in);
  new_colleague who;
  const auto typed = form->text("email", {.max = 320});
  if (const auto address = parse_email(typed))
    who.email = *address;
  else if (!typed.empty())
    form->note("email", "invalid");
  who.role = read_role(*form);
  who.first_name = form->optional_text("first_name", json::a_name).value_or("");
  who.last_name = form->optional_text("last_name", json::a_name).value_or("");
  if (const auto locale = form->optional_choice("locale", {"fr", "en"}))
    who.locale = *locale == 0 ? "fr" : "en";
  if (auto bad = form.finish()) co_return *bad;
  if (auto old = password_too_old(*caller_of(in), with.accounts.sessions)) co_return *old;

  auto all = co_await people_of(with, by);
  if (!all) co_return problem_of(all.error());
  const auto same = [&](const staff_member& each) {
    const auto address = parse_email(each.email);
    return address && address->key == who.email.key;
  };
  // Who has not chosen a password yet may get another link, and another role.
  if (const auto* there = find_person(*all, same); there != nullptr && there->active)
    co_return conflict("conflict", "This person has a role already.");
  auto made = co_await add_colleague(with, by, who);
  if (made.refused) co_return *made.refused;
  with.accounts.sessions.forget(made.account, std::nullopt);
  all = co_await people_of(with, by);
  if (!all) co_return problem_of(all.error());
  const auto* now = find_person(*all, [&](const staff_member& each) { return each.account == made.account; });
  if (now == nullptr) co_return problem_of(errc::unavailable); // removed again meanwhile
  auto answer = person_response(201, *now);
  co_return std::move(answer).header("Location", "/api/v1/orgs/" + by.at->slug + "/staff/staff/" +
                                                     to_string(now->account));
}

/// A person of the path, among all.
struct chosen_person {
  people all;
  staff_member who;
};
asio::awaitable<outcome<chosen_person>> person_of(office_services& with, const staff_request& by,
                                                  const request& in) {
  const auto id = parse_uuid(in.parameter("account"));
  if (!id) co_return errc::not_found;
  auto all = co_await people_of(with, by);
  if (!all) co_return all.error();
  const auto* found =
      find_person(*all, [&](const staff_member& each) { return each.account == account_id{*id}; });
  if (found == nullptr) co_return errc::not_found;
  auto who = *found;
  co_return chosen_person{std::move(*all), std::move(who)};
}

asio::awaitable<response> patch_person(office_services& with, const staff_request& by, request& in) {
  auto chosen = co_await person_of(with, by, in);
  if (!chosen) co_return problem_of(chosen.error());
  json::reader form(in);
  const auto role = read_role(*form);
  if (auto bad = form.finish()) co_return *bad;
  if (auto old = password_too_old(*caller_of(in), with.accounts.sessions)) co_return *old;
  auto who = chosen->who;
  if (role == who.role) co_return person_response(200, who);
  if (is_last_administrator(chosen->all, who)) co_return problem_of(last_administrator());
  auto entry = by.audit("staff.change", "account", who.account.value);
  entry.before = role_json(who);
  who.role = role;
  entry.after = role_json(who);
  auto written = co_await write_role(with, by, who, role, std::move(entry));
  if (!written) co_return problem_of(written.error());
  co_return person_response(200, who);
}

asio::awaitable<response> delete_person(office_services& with, const staff_request& by, request& in) {
  auto chosen = co_await person_of(with, by, in);
  if (!chosen) co_return problem_of(chosen.error());
  if (auto old = password_too_old(*caller_of(in), with.accounts.sessions)) co_return *old;
  if (is_last_administrator(chosen->all, chosen->who)) co_return problem_of(last_administrator());
  auto entry = by.audit("staff.remove", "account", chosen->who.account.value);
  entry.before = role_json(chosen->who);
  auto written = co_await write_role(with, by, chosen->who, std::nullopt, std::move(entry));
  if (!written) co_return problem_of(written.error());
  co_return no_content();
}

} // namespace

void add_people_routes(router& to, office_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff/staff";
  const std::string one = base + "/{account}";
  to.add(verb::get, base, bind_staff<list_people>(with),
         staff_route("staff_list_people", roles::administrator | roles::auditor));
  to.add(verb::post, base, bind_staff<post_person>(with),
         staff_route("staff_add_person", roles::administrator));
  to.add(verb::patch, one, bind_staff<patch_person>(with),
         staff_route("staff_change_person", roles::administrator));
  to.add(verb::delete_, one, bind_staff<delete_person>(with),
         staff_route("staff_remove_person", roles::administrator));
}

} // namespace foyer::http::staff
