#include "http/staff/settings_routes.hpp"

#include "http/bind.hpp"
#include "http/json/reader.hpp"
#include "http/list_json.hpp"
#include "http/organisation_json.hpp"
#include "http/read_offers.hpp"
#include "http/staff/settings_form.hpp"
#include "http/staff/staff_request.hpp"
#include "http/version.hpp"

#include <map>

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using organisation::snapshot;
using organisation::snapshot_ptr;

std::string shop_json(const organisation::shop& of) {
  std::string body;
  json::writer out(body);
  append_shop(out, of, nullptr);
  return body;
}

// Writes the changed snapshot with an audit entry of what `describe` shows before and after.
template <class Describe>
asio::awaitable<outcome<snapshot_ptr>> save(house_services& with, const staff_request& by, snapshot to,
                                            std::string action, Describe describe) {
  auto entry = by.audit(std::move(action), "organisation", by.at->id.value);
  entry.before = describe(*by.at);
  entry.after = describe(to);
  commit rows;
  rows.cold.emplace_back(std::move(entry));
  co_return co_await runtime::await_reply<snapshot_ptr>([&](reply<snapshot_ptr> back) {
    with.organisations.change(by.at, std::move(to), std::move(rows), std::move(back));
  });
}

// If-Match against the record's version; its refusal, or none.
std::optional<refusal> check_version(const request& in, std::int64_t version) {
  const auto expected = expected_version(in);
  if (!expected) return expected.error();
  if (*expected && **expected != version) return refusal{errc::version_conflict};
  return std::nullopt;
}

asio::awaitable<response> get_settings(house_services&, const staff_request& by, request&) {
  co_return record_response(200, settings_json(*by.at), by.at->version);
}

asio::awaitable<response> patch_settings(house_services& with, const staff_request& by, request& in) {
  if (auto why = check_version(in, by.at->version)) co_return problem_of(*why);
  auto to = *by.at;
  bool other_currency = false;
  json::reader form(in);
  read_settings(*form, to, other_currency);
  if (auto bad = form.finish()) co_return *bad;
  if (other_currency) co_return problem_of(errc::currency_mismatch);
  auto saved = co_await save(with, by, std::move(to), "settings.change",
                             [](const snapshot& of) { return settings_json(of); });
  if (!saved) co_return problem_of(saved.error());
  co_return record_response(200, settings_json(**saved), (*saved)->version);
}

asio::awaitable<response> answer_with(house_services& with, organisation_id at,
                                      const organisation::shop& of) {
  auto offers = co_await read_offer_ids(with, at, of.slug);
  if (!offers) co_return problem_of(offers.error());
  std::string body;
  json::writer out(body);
  append_shop(out, of, &*offers);
  co_return record_response(200, std::move(body), of.version);
}

asio::awaitable<response> list_shops(house_services& with, const staff_request& by, request&) {
  std::map<shop_id, std::vector<offer_id>> sold;
  for (const auto& each : by.at->shops) {
    auto offers = co_await read_offer_ids(with, by.at->id, each.slug);
    if (!offers) co_return problem_of(offers.error());
    sold[each.id] = std::move(*offers);
  }
  const auto append = [&](json::writer& out, const organisation::shop& each) {
    append_shop(out, each, &sold[each.id]);
  };
  co_return json_response(200, list_json(by.at->shops, append));
}

asio::awaitable<response> get_shop(house_services& with, const staff_request& by, request& in) {
  const auto* shop = by.at->find_shop(in.parameter("shop"));
  if (shop == nullptr) co_return not_found();
  co_return co_await answer_with(with, by.at->id, *shop);
}

asio::awaitable<response> patch_shop(house_services& with, const staff_request& by, request& in) {
  auto to = *by.at;
  const auto* before = by.at->find_shop(in.parameter("shop"));
  if (before == nullptr) co_return not_found();
  if (auto why = check_version(in, before->version)) co_return problem_of(*why);
  auto& shop = to.shops[static_cast<std::size_t>(before - by.at->shops.data())];
  json::reader form(in);
  read_shop(*form, shop);
  if (auto bad = form.finish()) co_return *bad;
  const auto describe = [slug = shop.slug](const snapshot& of) { return shop_json(*of.find_shop(slug)); };
  const auto id = shop.id;
  auto saved = co_await save(with, by, std::move(to), "shop.change", describe);
  if (!saved) co_return problem_of(saved.error());
  const auto* after = (*saved)->find_shop(id);
  co_return co_await answer_with(with, (*saved)->id, *after);
}

asio::awaitable<response> get_form(house_services&, const staff_request& by, request& in) {
  const auto archived = in.query("archived").value_or("false");
  if (archived != "false" && archived != "all") co_return invalid("?archived", "invalid");
  co_return record_response(200, form_json(by.at->options, in.query("set").value_or(""), archived == "all"),
                            by.at->version);
}

asio::awaitable<response> get_tags(house_services&, const staff_request& by, request&) {
  co_return record_response(200, tags_json(by.at->options), by.at->version);
}

// Form and tags lie in the settings, and share their version.
asio::awaitable<response> patch_part(house_services& with, const staff_request& by, request& in,
                                     void (*read)(const json::object&, organisation::settings&),
                                     std::string (*show)(const organisation::settings&), std::string action) {
  if (auto why = check_version(in, by.at->version)) co_return problem_of(*why);
  auto to = *by.at;
  json::reader form(in);
  read(*form, to.options);
  if (auto bad = form.finish()) co_return *bad;
  auto saved = co_await save(with, by, std::move(to), std::move(action),
                             [show](const snapshot& of) { return show(of.options); });
  if (!saved) co_return problem_of(saved.error());
  co_return record_response(200, show((*saved)->options), (*saved)->version);
}

asio::awaitable<response> patch_form(house_services& with, const staff_request& by, request& in) {
  constexpr auto show = [](const organisation::settings& of) { return form_json(of, "", true); };
  return patch_part(with, by, in, read_form_fields, show, "form.change");
}

asio::awaitable<response> patch_tags(house_services& with, const staff_request& by, request& in) {
  return patch_part(with, by, in, read_tags, tags_json, "tags.change");
}

} // namespace

void add_settings_routes(router& to, house_services& with) {
  constexpr auto readers = roles::administrator | roles::auditor;
  constexpr auto writers = roles::administrator;
  const std::string base = "/api/v1/orgs/{org}/staff";
  to.add(verb::get, base + "/settings", bind_staff<get_settings>(with),
         staff_route("staff_get_settings", readers));
  to.add(verb::patch, base + "/settings", bind_staff<patch_settings>(with),
         staff_route("staff_change_settings", writers));
  to.add(verb::get, base + "/shops", bind_staff<list_shops>(with), staff_route("staff_list_shops", readers));
  to.add(verb::get, base + "/shops/{shop}", bind_staff<get_shop>(with),
         staff_route("staff_get_shop", readers));
  to.add(verb::patch, base + "/shops/{shop}", bind_staff<patch_shop>(with),
         staff_route("staff_change_shop", writers));
  to.add(verb::get, base + "/forms", bind_staff<get_form>(with),
         staff_route("staff_get_form", client_readers));
  to.add(verb::patch, base + "/forms", bind_staff<patch_form>(with),
         staff_route("staff_change_form", writers));
  to.add(verb::get, base + "/tags", bind_staff<get_tags>(with),
         staff_route("staff_get_tags", client_readers));
  to.add(verb::patch, base + "/tags", bind_staff<patch_tags>(with),
         staff_route("staff_change_tags", writers));
}

} // namespace foyer::http::staff
