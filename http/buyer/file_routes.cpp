#include "http/buyer/file_routes.hpp"

#include "actors/runtime/ask.hpp"
#include "http/bind.hpp"
#include "http/buyer/visitor.hpp"
#include "http/client_file_json.hpp"
#include "http/document_file.hpp"
#include "http/list_json.hpp"
#include "http/problem.hpp"

namespace foyer::http::buyer {
namespace {

namespace asio = boost::asio;
using cards = std::vector<card_row>;
using documents = std::vector<document_row>;

asio::awaitable<response> list_cards(client_services& with, request& in) {
  auto who = co_await household_visitor_of(with.house, in);
  if (!who) co_return problem_of(who.error());
  if (!who->of) co_return not_found();
  auto all = co_await runtime::await_reply<cards>(
      [&](reply<cards> back) { with.files.list_cards(who->of->organisation, who->of->id, std::move(back)); });
  if (!all) co_return problem_of(all.error());
  co_return json_response(200, list_json(*all, [now = who->now](json::writer& out, const card_row& each) {
                            append_card(out, each, now);
                          }));
}

asio::awaitable<outcome<documents>> shown_documents(client_services& with, const request& in) {
  auto who = co_await household_visitor_of(with.house, in);
  if (!who) co_return who.error();
  if (!who->of) co_return errc::not_found;
  auto all = co_await runtime::await_reply<documents>([&](reply<documents> back) {
    with.files.list_documents(who->of->organisation, who->of->id, std::move(back));
  });
  if (all) std::erase_if(*all, [](const document_row& each) { return !each.shown; });
  co_return all;
}

asio::awaitable<response> list_documents(client_services& with, request& in) {
  auto all = co_await shown_documents(with, in);
  if (!all) co_return problem_of(all.error());
  co_return json_response(200, list_json(*all, [](json::writer& out, const document_row& each) {
                            append_document(out, each, false);
                          }));
}

asio::awaitable<response> get_document(client_services& with, request& in) {
  auto all = co_await shown_documents(with, in);
  if (!all) co_return problem_of(all.error());
  const auto wanted = parse_uuid(in.parameter("document"));
  for (const auto& each : *all)
    if (wanted && each.id == *wanted) co_return document_answer(with, each);
  co_return not_found();
}

} // namespace

void add_file_routes(router& to, client_services& with) {
  const std::string base = "/api/v1/me/orgs/{org}/household";
  to.add(verb::get, base + "/cards", bind<list_cards>(with), space_route("list_my_cards"));
  to.add(verb::get, base + "/documents", bind<list_documents>(with), space_route("list_my_documents"));
  to.add(verb::get, base + "/documents/{document}", bind<get_document>(with), space_route("get_my_document"));
}

} // namespace foyer::http::buyer
