#include "http/staff/household_routes.hpp"

#include "http/bind.hpp"
#include "http/household_json.hpp"
#include "http/json/reader.hpp"
#include "http/list_json.hpp"
#include "http/paging.hpp"
#include "http/staff/household_form.hpp"
#include "http/staff/list_filters.hpp"
#include "http/staff/member_routes.hpp"
#include "http/staff/staff_request.hpp"
#include "http/unique_key.hpp"
#include "http/version.hpp"

#include <limits>

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;

asio::awaitable<response> answer_with(house_services& with, int status, const household::state& of,
                                      currency unit) {
  auto purse = co_await ask_entity(with.wallets, of.id, wallet::get_view{});
  if (!purse) co_return problem_of(purse.error());
  co_return record_response(status, household_json(of, *purse, unit), of.version);
}

household::audit audit_of(const staff_request& by, std::string action, const household_id& which) {
  return {by.audit(std::move(action), "household", which.value), household_record_json};
}

asio::awaitable<response> list_households(house_services& with, const staff_request& by, request& in) {
  const auto which = household_filter_of(in, by.at->id);
  if (!which) co_return problem_of(which.error());
  auto page = co_await runtime::await_reply<household::page>(
      [&](reply<household::page> back) { with.household_list.list_households(*which, std::move(back)); });
  if (!page) co_return problem_of(page.error());
  const auto& all = page->households;
  const auto append = [&](json::writer& out, const household::listed& each) {
    append_household(out, each.who, each.purse, by.unit());
  };
  const auto mark = [](const household::listed& each) { return each.who.id; };
  co_return json_response(200, list_json(all, append, next_cursor(page->more, all, mark)));
}

asio::awaitable<response> get_household(house_services& with, const staff_request& by,
                                        const household::state& of, request&) {
  co_return co_await answer_with(with, 200, of, by.unit());
}

// W3: the household's own floor lies in its wallet.
asio::awaitable<std::optional<refusal>> change_floor(house_services& with, const staff_request& by,
                                                     const household_id& which, std::optional<money> floor) {
  auto before = co_await ask_entity(with.wallets, which, wallet::get_view{});
  if (!before) co_return before.error();
  wallet::set_floor command;
  command.organisation = by.at->id;
  if (floor) command.floor = floor->value;
  auto entry = by.audit("wallet.floor", "wallet", which.value);
  const auto show = [](std::optional<amount> sum) {
    return "{\"floor\":" + (sum ? std::to_string(*sum) : "null") + "}";
  };
  entry.before = show(before->floor);
  entry.after = show(command.floor);
  command.rows.cold.emplace_back(std::move(entry));
  auto changed = co_await ask_entity(with.wallets, which, std::move(command));
  if (!changed) co_return changed.error();
  co_return std::nullopt;
}

asio::awaitable<response> patch_household(house_services& with, const staff_request& by, household::state of,
                                          request& in) {
  const auto expected = expected_version(in);
  if (!expected) co_return problem_of(expected.error());
  json::reader form(in);
  auto typed = read_client_change(*form);
  if (auto bad = form.finish()) co_return *bad;
  if (typed.floor && typed.floor->unit != by.unit()) co_return problem_of(errc::currency_mismatch);
  if (typed.changes_record || *expected) {
    typed.what.expected_version = *expected;
    typed.what.audit = audit_of(by, "household.change", of.id);
    auto changed = co_await ask_entity(with.households, of.id, std::move(typed.what));
    if (!changed) co_return problem_of(changed.error());
    of = std::move(*changed);
  }
  if (typed.changes_floor)
    if (auto why = co_await change_floor(with, by, of.id, typed.floor)) co_return problem_of(*why);
  co_return co_await answer_with(with, 200, of, by.unit());
}

asio::awaitable<response> set_archived(house_services& with, const staff_request& by,
                                       const household::state& of, bool archived) {
  if (of.archived == archived) co_return co_await answer_with(with, 200, of, by.unit());
  household::change command;
  command.archived = archived;
  command.audit = audit_of(by, archived ? "household.archive" : "household.unarchive", of.id);
  const auto changed = co_await ask_entity(with.households, of.id, std::move(command));
  if (!changed) co_return problem_of(changed.error());
  co_return co_await answer_with(with, 200, *changed, by.unit());
}

// The keys of all that went into it, one after the other, are over, too (H9); so are the sessions that they
// opened. Set: not all could be read, and whoever asked asks again.
asio::awaitable<std::optional<refusal>> forget_sessions(house_services& with, organisation_id house,
                                                        household_id of) {
  using all = std::vector<merge::record>;
  std::vector<household_id> whose{of};
  for (std::size_t at = 0; at < whose.size(); ++at) {
    const auto into = whose[at];
    with.sessions.forget_space(into);
    const auto gone = co_await runtime::await_reply<all>([&](reply<all> back) {
      with.merges.list(house, into, std::numeric_limits<int>::max(), std::move(back));
    });
    if (!gone) co_return gone.error();
    for (const auto& each : *gone)
      if (!each.undone_at) whose.push_back(each.from);
  }
  co_return std::nullopt;
}

// S6: a new unique key; the former one opens nothing any more, and what it opened is over.
asio::awaitable<response> post_key(house_services& with, const staff_request& by,
                                   const household::state& before, request&) {
  household::renew_key command;
  command.hash_of = [&secret = with.secret](const household_id& whose, std::int64_t version) {
    return key_hash(secret.unique_key(whose, version));
  };
  command.audit.entry = by.audit("household.key", "household", before.id.value);
  const auto of = co_await ask_entity(with.households, before.id, std::move(command));
  if (!of) co_return problem_of(of.error());
  if (auto why = co_await forget_sessions(with, of->organisation, of->id)) co_return problem_of(*why);
  std::string body;
  json::writer out(body);
  out.begin_object().field("household_id", of->id);
  out.field("key", grouped(with.secret.unique_key(of->id, of->key_version))).end_object();
  co_return record_response(201, std::move(body), of->version);
}

asio::awaitable<response> archive(house_services& with, const staff_request& by, const household::state& of,
                                  request&) {
  return set_archived(with, by, of, true);
}
asio::awaitable<response> unarchive(house_services& with, const staff_request& by, const household::state& of,
                                    request&) {
  return set_archived(with, by, of, false);
}

} // namespace

void add_household_routes(router& to, house_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff/households";
  const std::string one = base + "/{household}";
  to.add(verb::get, base, bind_staff<list_households>(with),
         staff_route("staff_list_households", client_readers));
  to.add(verb::get, one, bind_client<get_household>(with),
         staff_route("staff_get_household", client_readers));
  to.add(verb::patch, one, bind_client<patch_household>(with),
         staff_route("staff_change_household", client_writers));
  to.add(verb::post, one + "/archive", bind_client<archive>(with),
         staff_route("staff_archive_household", client_writers));
  to.add(verb::post, one + "/unarchive", bind_client<unarchive>(with),
         staff_route("staff_unarchive_household", client_writers));
  to.add(verb::post, one + "/key", bind_client<post_key>(with),
         staff_route("staff_renew_key", client_writers));
  add_member_routes(to, with);
}

} // namespace foyer::http::staff
