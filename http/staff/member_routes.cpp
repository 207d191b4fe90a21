#include "http/staff/member_routes.hpp"

#include "http/answers_form.hpp"
#include "http/bind.hpp"
#include "http/household_json.hpp"
#include "http/json/reader.hpp"
#include "http/member_form.hpp"
#include "http/staff/staff_request.hpp"
#include "http/version.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;

/// What every route here begins with.
struct at_household {
  staff_request by;
  household::state of;
  std::optional<std::int64_t> expected;

  [[nodiscard]] household::audit audit(std::string action) const {
    return {by.audit(std::move(action), "household", of.id.value), household_record_json};
  }
};

asio::awaitable<outcome<at_household>> enter(house_services& with, const request& in) {
  auto by = co_await staff_of(with, in);
  if (!by) co_return by.error();
  auto of = co_await household_of(with, *by, in);
  if (!of) co_return of.error();
  const auto expected = expected_version(in);
  if (!expected) co_return expected.error();
  co_return at_household{std::move(*by), std::move(*of), *expected};
}

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

asio::awaitable<response> list_members(house_services& with, request& in) {
  auto here = co_await enter(with, in);
  if (!here) co_return problem_of(here.error());
  std::string body;
  json::writer out(body);
  out.begin_object().key("items").begin_array();
  for (const auto& each : here->of.members) append_member(out, each);
  out.end_array().field("next_cursor", std::optional<std::string>{}).end_object();
  co_return record_response(200, std::move(body), here->of.version);
}

asio::awaitable<response> get_member(house_services& with, request& in) {
  auto here = co_await enter(with, in);
  if (!here) co_return problem_of(here.error());
  const auto* who = member_of(here->of, in);
  if (who == nullptr) co_return not_found();
  co_return answer_with(200, *who, here->of.version);
}

asio::awaitable<response> post_member(house_services& with, request& in) {
  auto here = co_await enter(with, in);
  if (!here) co_return problem_of(here.error());
  std::vector<field_error> missing;
  json::reader form(in);
  household::add_member command;
  command.who = read_new_member(*form, here->by.at->options, here->by.now, missing);
  if (auto bad = form.finish()) co_return *bad;
  if (!missing.empty()) co_return problem_of(answers_missing(std::move(missing)));
  command.who.id = member_id{here->by.fresh_id()};
  command.expected_version = here->expected;
  command.audit = here->audit("member.add");
  const auto id = command.who.id;
  auto after = co_await ask_entity(with.households, here->of.id, std::move(command));
  if (!after) co_return problem_of(after.error());
  co_return answer_with(201, *after->find_member(id), after->version);
}

asio::awaitable<response> patch_member(house_services& with, request& in) {
  auto here = co_await enter(with, in);
  if (!here) co_return problem_of(here.error());
  const auto* who = member_of(here->of, in);
  if (who == nullptr) co_return not_found();
  std::vector<field_error> missing;
  json::reader form(in);
  auto command = read_member_change(*form, here->by.at->options, here->by.now, missing);
  if (auto bad = form.finish()) co_return *bad;
  if (!missing.empty()) co_return problem_of(answers_missing(std::move(missing)));
  const auto id = who->id;
  command.which = id;
  command.expected_version = here->expected;
  command.audit = here->audit("member.change");
  auto after = co_await ask_entity(with.households, here->of.id, std::move(command));
  if (!after) co_return problem_of(after.error());
  co_return answer_with(200, *after->find_member(id), after->version);
}

asio::awaitable<response> delete_member(house_services& with, request& in) {
  auto here = co_await enter(with, in);
  if (!here) co_return problem_of(here.error());
  const auto* who = member_of(here->of, in);
  if (who == nullptr) co_return not_found();
  household::remove_member command;
  command.which = who->id;
  command.expected_version = here->expected;
  command.audit = here->audit("member.remove");
  auto after = co_await ask_entity(with.households, here->of.id, std::move(command));
  if (!after) co_return problem_of(after.error());
  co_return no_content();
}

} // namespace

void add_member_routes(router& to, house_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff/households/{household}/members";
  const std::string one = base + "/{member}";
  to.add(verb::get, base, bind<list_members>(with), staff_route("staff_list_members", client_readers));
  to.add(verb::post, base, bind<post_member>(with), staff_route("staff_add_member", client_writers));
  to.add(verb::get, one, bind<get_member>(with), staff_route("staff_get_member", client_readers));
  to.add(verb::patch, one, bind<patch_member>(with), staff_route("staff_change_member", client_writers));
  to.add(verb::delete_, one, bind<delete_member>(with), staff_route("staff_remove_member", client_writers));
}

} // namespace foyer::http::staff
