#include "http/bind.hpp"
#include "http/client_file_json.hpp"
#include "http/json/reader.hpp"
#include "http/list_json.hpp"
#include "http/staff/client_file.hpp"
#include "http/staff/client_file_routes.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;

/// Of a household: no page shows more, and no list of them needs pages.
constexpr std::size_t skills_max = 500;

std::string show(const skill_row& of, time_point now) {
  return record_json(of, [now](json::writer& out, const skill_row& each) { append_skill(out, each, now); });
}

void read_skill(const json::object& form, skill_row& into) {
  if (form.has("name") || into.name.empty()) into.name = form.text("name", {.max = 100, .tidy = true});
  if (form.has("note"))
    into.note =
        form.optional_text("note", {.min = 0, .max = 1'000, .lines = true, .tidy = true}).value_or("");
  if (form.has("valid_until")) into.valid_until = form.optional_date("valid_until");
}

asio::awaitable<outcome<std::vector<skill_row>>> skills_of(client_services& with, const at_file& here) {
  return read_file<skill_row>(with, here.of, &household::files::list_skills);
}

asio::awaitable<response> list(client_services& with, const at_file& here, request&) {
  auto all = co_await skills_of(with, here);
  if (!all) co_return problem_of(all.error());
  keep_of_member(*all, here);
  const auto now = here.by.now;
  co_return json_response(200, list_json(*all, [now](json::writer& out, const skill_row& each) {
                            append_skill(out, each, now);
                          }));
}

asio::awaitable<response> post(client_services& with, const at_file& here, request& in) {
  skill_row made;
  made.organisation = here.by.at->id;
  made.id = here.by.fresh_id();
  made.household = here.of.id;
  made.member = *here.member;
  made.at = here.by.now;
  json::reader form(in);
  read_skill(*form, made);
  if (auto bad = form.finish()) co_return *bad;
  auto all = co_await skills_of(with, here);
  if (!all) co_return problem_of(all.error());
  if (all->size() >= skills_max)
    co_return problem_of(refusal{errc::conflict, "The household has too many skills."});
  auto entry = here.entry("skill.add", "", show(made, made.at));
  co_return co_await save_record(with, made, std::move(entry), json_response(201, show(made, made.at)));
}

asio::awaitable<response> patch(client_services& with, const at_file& here, request& in) {
  auto all = co_await skills_of(with, here);
  if (!all) co_return problem_of(all.error());
  const auto* before = find_in_file(*all, in.parameter("skill"), here);
  if (before == nullptr) co_return not_found();
  auto after = *before;
  json::reader form(in);
  read_skill(*form, after);
  if (const auto other = read_reassignment(*form, here)) after.member = *other;
  if (auto bad = form.finish()) co_return *bad;
  const auto shown = show(after, here.by.now);
  auto entry = here.entry("skill.change", show(*before, here.by.now), shown);
  co_return co_await save_record(with, after, std::move(entry), json_response(200, shown));
}

asio::awaitable<response> remove(client_services& with, const at_file& here, request& in) {
  auto all = co_await skills_of(with, here);
  if (!all) co_return problem_of(all.error());
  const auto* before = find_in_file(*all, in.parameter("skill"), here);
  if (before == nullptr) co_return not_found();
  const skill_removed gone{here.by.at->id, before->id};
  auto entry = here.entry("skill.remove", show(*before, here.by.now), "");
  co_return co_await save_record(with, gone, std::move(entry), no_content());
}

} // namespace

void add_skill_routes(router& to, client_services& with) {
  const std::string household = "/api/v1/orgs/{org}/staff/households/{household}";
  const std::string base = household + "/members/{member}/skills";
  to.add(verb::get, household + "/skills", bind_file<list>(with),
         staff_route("staff_list_skills", client_readers));
  to.add(verb::get, base, bind_file<list>(with), staff_route("staff_list_member_skills", client_readers));
  to.add(verb::post, base, bind_file<post>(with), staff_route("staff_add_skill", client_writers));
  to.add(verb::patch, base + "/{skill}", bind_file<patch>(with),
         staff_route("staff_change_skill", client_writers));
  to.add(verb::delete_, base + "/{skill}", bind_file<remove>(with),
         staff_route("staff_remove_skill", client_writers));
}

} // namespace foyer::http::staff
