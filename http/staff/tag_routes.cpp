#include "http/staff/tag_routes.hpp"

#include "actors/vocabulary/json_text.hpp"
#include "http/bind.hpp"
#include "http/json/reader.hpp"
#include "http/organisation_json.hpp"
#include "http/staff/staff_request.hpp"
#include "http/version.hpp"

#include <algorithm>

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using organisation::snapshot;
using organisation::snapshot_ptr;
using runtime::ask_entity;
using runtime::await_reply;

/// Households of one commit: a large house's tag is renamed in many short ones, so that orders go on between
/// them.
constexpr int portion_max = 200;
/// Somebody else changed the settings or the offer meanwhile: what they wrote is read again, so often.
constexpr int tries_max = 5;

struct renaming {
  std::string from;
  std::string to; // empty: the tag goes
};

// The list as it is afterwards: renamed in its place, once.
std::vector<std::string> renamed(const std::vector<std::string>& tags, const renaming& how) {
  std::vector<std::string> out;
  for (const auto& each : tags) {
    const auto& now = each == how.from ? how.to : each;
    if (!now.empty() && std::find(out.begin(), out.end(), now) == out.end()) out.push_back(now);
  }
  return out;
}

bool is_listed(const snapshot& at, const std::string& tag) {
  return std::find(at.options.tags.begin(), at.options.tags.end(), tag) != at.options.tags.end();
}

bool has_rate_for(const offer::details& what, const std::string& tag) {
  return std::any_of(what.rates.begin(), what.rates.end(),
                     [&](const offer::rate& each) { return each.tag == tag; });
}

asio::awaitable<outcome<std::vector<household_id>>> tagged(client_services& with, const organisation_id& at,
                                                           const std::string& tag, const household_id& after,
                                                           int limit) {
  co_return co_await await_reply<std::vector<household_id>>(
      [&](reply<std::vector<household_id>> back) { with.files.find_tagged(at, tag, after, limit, back); });
}

asio::awaitable<outcome<std::vector<offer_id>>> offers_of(client_services& with, const organisation_id& at) {
  co_return co_await await_reply<std::vector<offer_id>>(
      [&](reply<std::vector<offer_id>> back) { with.house.offer_list.list_offers(at, "", back); });
}

// The offers with a rate for this tag. A rate would be nobody's without its tag.
asio::awaitable<outcome<std::vector<offer_id>>> offers_for(client_services& with, const organisation_id& at,
                                                           const std::string& tag) {
  auto all = co_await offers_of(with, at);
  if (!all) co_return all.error();
  std::vector<offer_id> out;
  for (const auto& each : *all) {
    auto view = co_await ask_entity(with.house.offers, each, offer::get_view{});
    if (!view) co_return view.error();
    if (has_rate_for(*view->what, tag)) out.push_back(each);
  }
  co_return out;
}

asio::awaitable<outcome<done>> rename_in_offer(client_services& with, const staff_request& by, offer_id which,
                                               const renaming& how) {
  for (int left = tries_max;; --left) {
    auto before = co_await ask_entity(with.house.offers, which, offer::get_view{});
    if (!before) co_return before.error();
    offer::change command;
    command.organisation = by.at->id;
    command.expected_version = before->version;
    command.what = *before->what;
    for (auto& each : command.what.rates)
      if (each.tag == how.from) each.tag = how.to;
    auto saved = co_await ask_entity(with.house.offers, which, std::move(command));
    if (saved) co_return done{};
    if (saved.error().code != errc::version_conflict || left == 1) co_return saved.error();
  }
}

// The list first, with the audit entry: from then on nobody is offered the former name.
asio::awaitable<outcome<snapshot_ptr>> rename_in_list(client_services& with, const staff_request& by,
                                                      const renaming& how, const std::string& action) {
  for (int left = tries_max;; --left) {
    auto now = with.house.organisations.find(by.at->id);
    if (!now) now = by.at;
    auto to = *now;
    to.options.tags = renamed(now->options.tags, how);
    auto entry = by.audit(action, "organisation", by.at->id.value);
    entry.before = json_object{}.add("tag", how.from).text();
    if (!how.to.empty()) entry.after = json_object{}.add("tag", how.to).text();
    commit rows;
    rows.cold.emplace_back(std::move(entry));
    if (to.options.tags == now->options.tags) {
      auto written = co_await write_client_rows(with, std::move(rows));
      if (!written) co_return written.error();
      co_return now;
    }
    auto saved = co_await await_reply<snapshot_ptr>([&](reply<snapshot_ptr> back) {
      with.house.organisations.change(now, std::move(to), std::move(rows), std::move(back));
    });
    if (saved || saved.error().code != errc::version_conflict || left == 1) co_return saved;
  }
}

asio::awaitable<outcome<std::int64_t>> retag_households(client_services& with, const staff_request& by,
                                                        const renaming& how) {
  std::int64_t changed = 0;
  for (household_id after;;) {
    auto found = co_await tagged(with, by.at->id, how.from, after, portion_max);
    if (!found) co_return found.error();
    if (found->empty()) co_return changed;
    commit rows;
    rows.cold.emplace_back(households_retagged{by.at->id, *found, how.from, how.to});
    auto written = co_await write_client_rows(with, std::move(rows));
    if (!written) co_return written.error();
    // Their rows were written past the actors.
    with.house.households.reread(*found);
    changed += static_cast<std::int64_t>(found->size());
    after = found->back();
  }
}

// Done again after a crash in the middle, it does the rest.
asio::awaitable<response> follow(client_services& with, const staff_request& by, const renaming& how,
                                 std::string action) {
  auto some = co_await tagged(with, by.at->id, how.from, household_id{}, 1);
  if (!some) co_return problem_of(some.error());
  auto offers = co_await offers_for(with, by.at->id, how.from);
  if (!offers) co_return problem_of(offers.error());
  if (some->empty() && offers->empty() && !is_listed(*by.at, how.from)) co_return not_found();
  if (how.to.empty() && !offers->empty())
    co_return problem_of(
        refusal{errc::conflict, "A rate is for clients with this tag; change the rate first."});
  auto saved = co_await rename_in_list(with, by, how, action);
  if (!saved) co_return problem_of(saved.error());
  for (const auto& each : *offers) {
    auto done = co_await rename_in_offer(with, by, each, how);
    if (!done) co_return problem_of(done.error());
  }
  auto changed = co_await retag_households(with, by, how);
  if (!changed) co_return problem_of(changed.error());
  std::string body;
  json::writer out(body);
  out.begin_object().key("items").begin_array();
  for (const auto& each : (*saved)->options.tags) out.value(each);
  out.end_array().field("households_changed", *changed).end_object();
  co_return record_response(200, std::move(body), (*saved)->version);
}

constexpr json::length a_tag{.max = 50, .tidy = true};

// It comes and goes with the link (H7).
std::string read_tag(const json::object& form, std::string_view name) {
  auto out = form.text(name, a_tag);
  if (out == household::online_account_tag) form.note(name, "read_only");
  return out;
}

asio::awaitable<response> post_rename(client_services& with, const staff_request& by, request& in) {
  json::reader form(in);
  renaming how;
  how.from = read_tag(*form, "from");
  how.to = read_tag(*form, "to");
  if (how.from == how.to) form->note("to", "invalid");
  if (auto bad = form.finish()) co_return *bad;
  co_return co_await follow(with, by, how, "tag.rename");
}

asio::awaitable<response> post_remove(client_services& with, const staff_request& by, request& in) {
  json::reader form(in);
  renaming how;
  how.from = read_tag(*form, "tag");
  if (auto bad = form.finish()) co_return *bad;
  co_return co_await follow(with, by, how, "tag.remove");
}

} // namespace

void add_tag_routes(router& to, client_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff/tags";
  to.add(verb::post, base + "/rename", bind_staff<post_rename>(with),
         staff_route("staff_rename_tag", roles::administrator));
  to.add(verb::post, base + "/remove", bind_staff<post_remove>(with),
         staff_route("staff_remove_tag", roles::administrator));
}

} // namespace foyer::http::staff
