#include "http/member_actions.hpp"

#include "actors/runtime/ask.hpp"
#include "http/answers_form.hpp"
#include "http/household_json.hpp"
#include "http/json/reader.hpp"
#include "http/list_json.hpp"
#include "http/member_form.hpp"
#include "http/problem.hpp"
#include "http/version.hpp"

namespace foyer::http {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;

const household::member* member_of(const household::state& of, const request& in) {
  const auto id = parse_uuid(in.parameter("member"));
  return id ? of.find_member(member_id{*id}) : nullptr;
}

response answer_with(int status, const household::member& who, std::int64_t version) {
  std::string body;
  json::writer out(body);
  append_member(out, who);
  return record_response(status, std::move(body), version);
}

} // namespace

response list_members(const at_household& here) {
  return record_response(200, list_json(here.of.members, append_member), here.of.version);
}

response get_member(const at_household& here, const request& in) {
  const auto* who = member_of(here.of, in);
  if (who == nullptr) return not_found();
  return answer_with(200, *who, here.of.version);
}

asio::awaitable<response> add_member(house_services& with, at_household here, request& in) {
  std::vector<field_error> missing;
  json::reader form(in);
  household::add_member command;
  command.who = read_member(*form, asked_as(here.at->options, here.now, here.of, nullptr), missing);
  if (auto bad = form.finish()) co_return *bad;
  if (!missing.empty()) co_return problem_of(answers_missing(std::move(missing)));
  const member_id id{
      new_uuid(std::chrono::floor<std::chrono::milliseconds>(here.now).time_since_epoch().count())};
  command.who.id = id;
  command.expected_version = here.expected;
  command.audit = here.audit("member.add");
  auto after = co_await ask_entity(with.households, here.of.id, std::move(command));
  if (!after) co_return problem_of(after.error());
  co_return answer_with(201, *after->find_member(id), after->version);
}

asio::awaitable<response> change_member(house_services& with, at_household here, request& in) {
  const auto* who = member_of(here.of, in);
  if (who == nullptr) co_return not_found();
  std::vector<field_error> missing;
  json::reader form(in);
  auto command = read_member_change(*form, asked_as(here.at->options, here.now, here.of, who), missing);
  if (auto bad = form.finish()) co_return *bad;
  if (!missing.empty()) co_return problem_of(answers_missing(std::move(missing)));
  const auto id = who->id;
  command.which = id;
  command.expected_version = here.expected;
  command.audit = here.audit("member.change");
  auto after = co_await ask_entity(with.households, here.of.id, std::move(command));
  if (!after) co_return problem_of(after.error());
  co_return answer_with(200, *after->find_member(id), after->version);
}

asio::awaitable<response> remove_member(house_services& with, at_household here, request& in) {
  const auto* who = member_of(here.of, in);
  if (who == nullptr) co_return not_found();
  household::remove_member command;
  command.which = who->id;
  command.expected_version = here.expected;
  command.audit = here.audit("member.remove");
  auto after = co_await ask_entity(with.households, here.of.id, std::move(command));
  if (!after) co_return problem_of(after.error());
  co_return no_content();
}

} // namespace foyer::http
