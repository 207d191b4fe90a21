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

asio::awaitable<response> list(client_services& with, const at_file& here, request&) {
  auto all = co_await cards_of(with, here);
  if (!all) co_return problem_of(all.error());
  keep_of_member(*all, here);
  const auto now = here.by.now;
  co_return json_response(
      200, list_json(*all, [now](json::writer& out, const card_row& each) { append_card(out, each, now); }));
}

// By hand, for what was bought elsewhere.
asio::awaitable<response> post(client_services& with, const at_file& here, request& in) {
  card_row made;
  made.organisation = here.by.at->id;
  made.id = here.by.fresh_id();
  made.household = here.of.id;
  made.member = *here.member;
  made.holder = name_of(here.of, *here.member);
  made.number = checkout::new_card_number();
  made.at = here.by.now;
  json::reader form(in);
  made.title = form->text("title", {.tidy = true});
  read_validity(*form, made);
  if (auto bad = form.finish()) co_return *bad;
  auto all = co_await cards_of(with, here);
  if (!all) co_return problem_of(all.error());
  if (all->size() >= cards_max)
    co_return problem_of(refusal{errc::conflict, "The household has too many cards."});
  auto entry = here.entry("card.add", "", show(made, made.at));
  co_return co_await save_record(with, made, std::move(entry), json_response(201, show(made, made.at)));
}

asio::awaitable<response> patch(client_services& with, const at_file& here, request& in) {
  auto all = co_await cards_of(with, here);
  if (!all) co_return problem_of(all.error());
  const auto* before = find_in_file(*all, in.parameter("card"), here);
  if (before == nullptr) co_return not_found();
  auto after = *before;
  json::reader form(in);
  read_validity(*form, after);
  if (const auto other = read_reassignment(*form, here)) {
    after.member = *other;
    after.holder = name_of(here.of, *other);
  }
  if (form->has("cancelled")) after.cancelled = form->boolean("cancelled");
  for (const auto fixed : {"number", "title", "holder", "order_id", "offer_id", "status"})
    form->refuse(fixed);
  if (auto bad = form.finish()) co_return *bad;
  const auto shown = show(after, here.by.now);
  auto entry = here.entry("card.change", show(*before, here.by.now), shown);
  co_return co_await save_record(with, after, std::move(entry), json_response(200, shown));
}

} // namespace

void add_card_routes(router& to, client_services& with) {
  const std::string household = "/api/v1/orgs/{org}/staff/households/{household}";
  const std::string base = household + "/members/{member}/cards";
  to.add(verb::get, household + "/cards", bind_file<list>(with),
         staff_route("staff_list_cards", client_readers));
  to.add(verb::get, base, bind_file<list>(with), staff_route("staff_list_member_cards", client_readers));
  to.add(verb::post, base, bind_file<post>(with), staff_route("staff_add_card", client_writers));
  to.add(verb::patch, base + "/{card}", bind_file<patch>(with),
         staff_route("staff_change_card", client_writers));
}

} // namespace foyer::http::staff
