#include "actors/checkout/cards.hpp"
#include "http/bind.hpp"
#include "http/client_file_json.hpp"
#include "http/json/reader.hpp"
#include "http/list_json.hpp"
#include "http/staff/client_file.hpp"
#include "http/staff/client_file_routes.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;

constexpr std::size_t cards_max = 1'000; // of a household, as many as a club's team needs for years

std::string show(const card_row& of, time_point now) {
  return record_json(of, [now](json::writer& out, const card_row& each) { append_card(out, each, now); });
}

void read_validity(const json::object& form, card_row& into) {
  if (form.has("valid_from")) into.valid_from = form.optional_date("valid_from");
  if (form.has("valid_until")) into.valid_until = form.optional_date("valid_until");
  if (into.valid_from && into.valid_until && *into.valid_until < *into.valid_from)
    form.note("valid_until", "out_of_range");
}

std::string name_of(const household::state& of, const member_id& who) {
  const auto* member = of.find_member(who);
  return member == nullptr ? std::string{} : member->first_name + " " + member->last_name;
}

asio::awaitable<outcome<std::vector<card_row>>> cards_of(client_services& with, const at_file& here) {
  return read_file<card_row>(with, here.of, &household::files::list_cards);
}

asio::awaitable<response> list(client_services& with, request& in) {
  auto here = co_await enter_file(with, in);
  if (!here) co_return problem_of(here.error());
  auto all = co_await cards_of(with, *here);
  if (!all) co_return problem_of(all.error());
  if (here->member) std::erase_if(*all, [&](const card_row& each) { return each.member != here->member; });
  const auto now = here->by.now;
  co_return json_response(
      200, list_json(*all, [now](json::writer& out, const card_row& each) { append_card(out, each, now); }));
}

// By hand, for what was bought elsewhere.
asio::awaitable<response> post(client_services& with, request& in) {
  auto here = co_await enter_file(with, in);
  if (!here) co_return problem_of(here.error());
  card_row made;
  made.organisation = here->by.at->id;
  made.id = here->by.fresh_id();
  made.household = here->of.id;
  made.member = *here->member;
  made.holder = name_of(here->of, *here->member);
  made.number = checkout::new_card_number();
  made.at = here->by.now;
  json::reader form(in);
  made.title = form->text("title", {.tidy = true});
  read_validity(*form, made);
  if (auto bad = form.finish()) co_return *bad;
  auto all = co_await cards_of(with, *here);
  if (!all) co_return problem_of(all.error());
  if (all->size() >= cards_max)
    co_return problem_of(refusal{errc::conflict, "The household has too many cards."});
  commit rows;
  rows.cold.emplace_back(made);
  rows.cold.emplace_back(here->entry("card.add", "", show(made, made.at)));
  auto written = co_await write_client_rows(with, std::move(rows));
  if (!written) co_return problem_of(written.error());
  co_return json_response(201, show(made, made.at));
}

asio::awaitable<response> patch(client_services& with, request& in) {
  auto here = co_await enter_file(with, in);
  if (!here) co_return problem_of(here.error());
  auto all = co_await cards_of(with, *here);
  if (!all) co_return problem_of(all.error());
  const auto* before = find_in_file(*all, in.parameter("card"), *here);
  if (before == nullptr) co_return not_found();
  auto after = *before;
  json::reader form(in);
  read_validity(*form, after);
  if (const auto other = read_reassignment(*form, *here)) {
    after.member = *other;
    after.holder = name_of(here->of, *other);
  }
  if (form->has("cancelled")) after.cancelled = form->boolean("cancelled");
  for (const auto fixed : {"number", "title", "holder", "order_id", "offer_id", "status"})
    form->refuse(fixed);
  if (auto bad = form.finish()) co_return *bad;
  commit rows;
  rows.cold.emplace_back(after);
  rows.cold.emplace_back(here->entry("card.change", show(*before, here->by.now), show(after, here->by.now)));
  auto written = co_await write_client_rows(with, std::move(rows));
  if (!written) co_return problem_of(written.error());
  co_return json_response(200, show(after, here->by.now));
}

} // namespace

void add_card_routes(router& to, client_services& with) {
  const std::string household = "/api/v1/orgs/{org}/staff/households/{household}";
  const std::string base = household + "/members/{member}/cards";
  to.add(verb::get, household + "/cards", bind<list>(with), staff_route("staff_list_cards", client_readers));
  to.add(verb::get, base, bind<list>(with), staff_route("staff_list_member_cards", client_readers));
  to.add(verb::post, base, bind<post>(with), staff_route("staff_add_card", client_writers));
  to.add(verb::patch, base + "/{card}", bind<patch>(with), staff_route("staff_change_card", client_writers));
}

} // namespace foyer::http::staff
