#include "http/bind.hpp"
#include "http/staff/invitation_form.hpp"
#include "http/staff/invitation_routes.hpp"
#include "http/staff/staff_request.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;

asio::awaitable<outcome<campaign::texts>> texts_of(office_services& with, const staff_request& by) {
  auto kept = co_await runtime::await_reply<campaign::texts>(
      [&](reply<campaign::texts> back) { with.campaigns.find_texts(by.at->id, std::move(back)); });
  if (!kept) co_return kept.error();
  co_return campaign::filled(*kept, campaign::default_texts(by.at->name));
}

asio::awaitable<response> get_template(office_services& with, const staff_request& by, request&) {
  const auto now = co_await texts_of(with, by);
  if (!now) co_return problem_of(now.error());
  co_return json_response(200, texts_json(*now));
}

asio::awaitable<response> put_template(office_services& with, const staff_request& by, request& in) {
  json::reader form(in);
  const auto typed = read_texts(*form);
  if (auto bad = form.finish()) co_return *bad;
  const auto before = co_await texts_of(with, by);
  if (!before) co_return problem_of(before.error());
  const auto after = campaign::filled(typed, *before);
  if (after == *before) co_return json_response(200, texts_json(after));
  commit rows;
  for (const auto* locale : {"fr", "en"}) {
    const auto& words = typed.in(locale);
    if (!words.empty())
      rows.cold.emplace_back(invitation_wording_row{by.at->id, locale, words.subject, words.text, by.now});
  }
  auto entry = by.audit("invitation_template.change", "invitation_template", std::nullopt);
  entry.before = texts_json(*before);
  entry.after = texts_json(after);
  rows.cold.emplace_back(std::move(entry));
  auto written = co_await write_rows(with, std::move(rows));
  if (!written) co_return problem_of(written.error());
  co_return json_response(200, texts_json(after));
}

} // namespace

void add_invitation_template_routes(router& to, office_services& with) {
  const std::string path = "/api/v1/orgs/{org}/staff/invitation-template";
  to.add(verb::get, path, bind_staff<get_template>(with),
         staff_route("staff_get_invitation_template", client_readers));
  to.add(verb::put, path, bind_staff<put_template>(with),
         staff_route("staff_change_invitation_template", client_writers));
}

} // namespace foyer::http::staff
