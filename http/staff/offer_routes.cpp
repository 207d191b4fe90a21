#include "http/staff/offer_routes.hpp"

#include "http/bind.hpp"
#include "http/json/reader.hpp"
#include "http/offer_json.hpp"
#include "http/paging.hpp"
#include "http/read_offers.hpp"
#include "http/staff/offer_form.hpp"
#include "http/staff/staff_request.hpp"
#include "http/version.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;

/// A change without If-Match is merged into what somebody else has just written, so often.
constexpr int merge_tries = 5;

response answer_with(int status, const offer::state& of, const staff_request& by) {
  std::string body;
  json::writer out(body);
  append_offer(out, of, by.unit(), true);
  return record_response(status, std::move(body), of.version);
}

asio::awaitable<outcome<offer::state>> offer_of(house_services& with, const staff_request& by,
                                                const request& in) {
  const auto id = parse_uuid(in.parameter("offer"));
  if (!id) co_return errc::not_found;
  auto found = co_await ask_entity(with.offers, offer_id{*id}, offer::get_view{});
  if (!found) co_return found.error();
  if (found->organisation != by.at->id) co_return errc::not_found;
  co_return std::move(*found);
}

asio::awaitable<response> list_offers(house_services& with, const staff_request& by, request& in) {
  const auto page = paging_of<offer_id>(in);
  if (!page) co_return problem_of(page.error());
  auto offers = co_await read_offers(with, by.at->id, "");
  if (!offers) co_return problem_of(offers.error());
  co_return json_response(200, offers_json(std::move(*offers), *page, by.unit(), true));
}

asio::awaitable<response> get_offer(house_services& with, const staff_request& by, request& in) {
  auto found = co_await offer_of(with, by, in);
  if (!found) co_return problem_of(found.error());
  co_return answer_with(200, *found, by);
}

asio::awaitable<response> post_offer(house_services& with, const staff_request& by, request& in) {
  offer::create command;
  offer_reading reading{*by.at, [&by] { return by.fresh_id(); }, true};
  json::reader form(in);
  read_offer(*form, command.what, reading);
  if (auto bad = form.finish()) co_return *bad;
  if (reading.other_currency) co_return problem_of(errc::currency_mismatch);
  command.organisation = by.at->id;
  command.id = offer_id{by.fresh_id()};
  command.at = by.now;
  auto audit = by.audit("offer.create", "offer", command.id.value);
  audit.after = offer_details_json(command.what, by.unit());
  command.rows.cold.emplace_back(std::move(audit));
  const auto id = command.id;
  auto made = co_await ask_entity(with.offers, id, std::move(command));
  if (!made) co_return problem_of(made.error());
  co_return answer_with(201, *made, by)
      .header("Location", "/api/v1/orgs/" + by.at->slug + "/staff/offers/" + to_string(id));
}

// The step from what is known now; `what` has the change.
asio::awaitable<outcome<offer::state>> save(house_services& with, const staff_request& by,
                                            const offer::state& before, offer::details what,
                                            std::string action) {
  offer::change command;
  command.organisation = by.at->id;
  command.expected_version = before.version;
  auto audit = by.audit(std::move(action), "offer", before.id.value);
  audit.before = offer_details_json(*before.what, by.unit());
  audit.after = offer_details_json(what, by.unit());
  command.rows.cold.emplace_back(std::move(audit));
  command.what = std::move(what);
  return ask_entity(with.offers, before.id, std::move(command));
}

asio::awaitable<response> patch_offer(house_services& with, const staff_request& by, request& in) {
  const auto expected = expected_version(in);
  if (!expected) co_return problem_of(expected.error());
  for (int left = merge_tries;; --left) {
    auto before = co_await offer_of(with, by, in);
    if (!before) co_return problem_of(before.error());
    if (*expected && **expected != before->version) co_return problem_of(errc::version_conflict);
    auto what = *before->what;
    offer_reading reading{*by.at, [&by] { return by.fresh_id(); }};
    json::reader form(in);
    read_offer(*form, what, reading);
    if (auto bad = form.finish()) co_return *bad;
    if (reading.other_currency) co_return problem_of(errc::currency_mismatch);
    auto saved = co_await save(with, by, *before, std::move(what), "offer.change");
    if (saved) co_return answer_with(200, *saved, by);
    const bool again = saved.error().code == errc::version_conflict && !*expected && left > 1;
    if (!again) co_return problem_of(saved.error());
  }
}

// What was sold stays known: an offer is taken out of sale, never deleted.
asio::awaitable<response> delete_offer(house_services& with, const staff_request& by, request& in) {
  auto before = co_await offer_of(with, by, in);
  if (!before) co_return problem_of(before.error());
  if (before->what->archived) co_return no_content();
  auto what = *before->what;
  what.archived = true;
  auto saved = co_await save(with, by, *before, std::move(what), "offer.archive");
  if (!saved) co_return problem_of(saved.error());
  co_return no_content();
}

} // namespace

void add_offer_routes(router& to, house_services& with) {
  constexpr auto readers = roles::all;
  constexpr auto writers = roles::administrator | roles::editor;
  const std::string base = "/api/v1/orgs/{org}/staff/offers";
  const std::string one = base + "/{offer}";
  to.add(verb::get, base, bind_staff<list_offers>(with), staff_route("staff_list_offers", readers));
  to.add(verb::post, base, bind_staff<post_offer>(with), staff_route("staff_create_offer", writers));
  to.add(verb::get, one, bind_staff<get_offer>(with), staff_route("staff_get_offer", readers));
  to.add(verb::patch, one, bind_staff<patch_offer>(with), staff_route("staff_change_offer", writers));
  to.add(verb::delete_, one, bind_staff<delete_offer>(with), staff_route("staff_archive_offer", writers));
}

} // namespace foyer::http::staff
