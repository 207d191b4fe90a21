#include "http/public/organisation_routes.hpp"

#include "actors/runtime/ask.hpp"
#include "http/bind.hpp"
#include "http/offer_json.hpp"
#include "http/organisation_json.hpp"
#include "http/organisation_of.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"
#include "http/read_offers.hpp"
#include "http/version.hpp"

namespace foyer::http {
namespace {

namespace asio = boost::asio;

struct at_shop {
  organisation::snapshot_ptr organisation;
  const organisation::shop* shop = nullptr; // of that snapshot
};

asio::awaitable<outcome<at_shop>> shop_of(house_services& with, const request& in) {
  auto at = co_await organisation_of(with.organisations, in);
  if (!at) co_return at.error();
  const auto* shop = (*at)->find_shop(in.parameter("shop"));
  if (shop == nullptr) co_return errc::not_found;
  co_return at_shop{*at, shop};
}

bool shown(const offer::state& of, const organisation::shop& at) {
  return of.what && !of.what->archived && of.what->sold_by(at.slug);
}

asio::awaitable<response> get_organisation(house_services& with, request& in) {
  auto at = co_await organisation_of(with.organisations, in);
  if (!at) co_return problem_of(at.error());
  co_return record_response(200, public_organisation_json(**at), (*at)->version);
}

asio::awaitable<response> get_shop(house_services& with, request& in) {
  auto where = co_await shop_of(with, in);
  if (!where) co_return problem_of(where.error());
  auto offers = co_await read_offers(with, where->organisation->id, where->shop->slug);
  if (!offers) co_return problem_of(offers.error());
  std::vector<offer_id> ids;
  for (const auto& each : *offers)
    if (shown(each, *where->shop)) ids.push_back(each.id);
  std::string body;
  json::writer out(body);
  append_shop(out, *where->shop, &ids);
  co_return record_response(200, std::move(body), where->shop->version);
}

asio::awaitable<response> list_offers(house_services& with, request& in) {
  const auto page = paging_of<offer_id>(in);
  if (!page) co_return problem_of(page.error());
  auto where = co_await shop_of(with, in);
  if (!where) co_return problem_of(where.error());
  auto offers = co_await read_offers(with, where->organisation->id, where->shop->slug);
  if (!offers) co_return problem_of(offers.error());
  std::erase_if(*offers, [&](const offer::state& each) { return !shown(each, *where->shop); });
  co_return json_response(200, offers_json(std::move(*offers), *page, where->organisation->unit, false));
}

asio::awaitable<response> get_offer(house_services& with, request& in) {
  auto where = co_await shop_of(with, in);
  if (!where) co_return problem_of(where.error());
  const auto id = parse_uuid(in.parameter("offer"));
  if (!id) co_return not_found();
  auto offer = co_await runtime::ask_entity(with.offers, offer_id{*id}, offer::get_view{});
  if (!offer) co_return problem_of(offer.error());
  if (offer->organisation != where->organisation->id || !shown(*offer, *where->shop)) co_return not_found();
  std::string body;
  json::writer out(body);
  append_offer(out, *offer, where->organisation->unit, false);
  co_return record_response(200, std::move(body), offer->version);
}

} // namespace

void add_organisation_routes(router& to, house_services& with) {
  const auto open = [](std::string_view operation) {
    return route_info{.operation = operation, .access = access::anybody, .group = "public"};
  };
  to.add(verb::get, "/api/v1/orgs/{org}", bind<get_organisation>(with), open("get_organisation"));
  to.add(verb::get, "/api/v1/orgs/{org}/shops/{shop}", bind<get_shop>(with), open("get_shop"));
  to.add(verb::get, "/api/v1/orgs/{org}/shops/{shop}/offers", bind<list_offers>(with),
         open("list_shop_offers"));
  to.add(verb::get, "/api/v1/orgs/{org}/shops/{shop}/offers/{offer}", bind<get_offer>(with),
         open("get_shop_offer"));
}

} // namespace foyer::http
