#include "actors/runtime/ask.hpp"
#include "http/bind.hpp"
#include "http/buyer/visitor.hpp"
#include "http/mail_json.hpp"
#include "http/mail_services.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"

namespace foyer::http::buyer {
namespace {

namespace asio = boost::asio;

asio::awaitable<response> list_mails(mail_services& with, request& in) {
  const auto asked = paging_of<mail_id>(in);
  if (!asked) co_return problem_of(asked.error());
  auto who = co_await household_visitor_of(with.house, in);
  if (!who) co_return problem_of(who.error());
  mailer::mail_filter which;
  which.organisation = who->at->id;
  which.limit = asked->limit;
  which.before = asked->after;
  if (!who->of) co_return json_response(200, mails_json({}, mail_reader::buyer));
  which.household = who->of->id;
  auto page = co_await runtime::await_reply<mailer::mail_page>(
      [&](reply<mailer::mail_page> back) { with.mails.list(which, std::move(back)); });
  if (!page) co_return problem_of(page.error());
  co_return json_response(200, mails_json(*page, mail_reader::buyer));
}

} // namespace

void add_my_mail_routes(router& to, mail_services& with) {
  to.add(verb::get, "/api/v1/me/orgs/{org}/mails", bind<list_mails>(with), space_route("list_my_mails"));
}

} // namespace foyer::http::buyer
