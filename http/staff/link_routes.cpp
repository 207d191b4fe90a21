#include "http/staff/link_routes.hpp"

#include "actors/merge/merge.hpp"
#include "actors/vocabulary/json_text.hpp"
#include "http/bind.hpp"
#include "http/household_json.hpp"
#include "http/json/reader.hpp"
#include "http/list_json.hpp"
#include "http/paging.hpp"
#include "http/staff/address_check.hpp"
#include "http/staff/staff_request.hpp"
#include "http/version.hpp"

#include <algorithm>

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;

constexpr std::size_t search_max = 100;

outcome<household::candidate_filter> filter_of(const request& in, const household::state& to_link) {
  const auto page = paging_of<household_id>(in);
  if (!page) return page.error();
  household::candidate_filter out;
  out.organisation = to_link.organisation;
  out.to_link = to_link.id;
  out.limit = page->limit;
  out.before = page->after;
  out.text = in.query("q").value_or("");
  if (out.text.size() <= search_max) {
    if (const auto address = parse_email(out.text)) out.text = address->key;
    return out;
  }
  return bad_query("?q", "too_long");
}

bool has_address(const household::link_candidate& of, const email_address& address) {
  const auto own = parse_email(of.email);
  return own && own->key == address.key;
}

// Why the account of an address is no candidate.
std::string_view reason_of(const address_on_platform& found, const household::state& to_link) {
  if (found.standing == account_standing::none) return "no_account";
  if (found.standing == account_standing::unconfirmed) return "unconfirmed";
  return to_link.account == found.account ? "linked_here" : "no_online_order";
}

void append_candidate(json::writer& out, const household::link_candidate& of) {
  out.begin_object().field("account_id", of.account).field("username", of.username).field("email", of.email);
  out.field("first_name", of.first_name).field("last_name", of.last_name);
  out.field("online_orders", of.online_orders).key("merged").begin_object();
  out.field("household_id", of.own).field("number", of.own_number).end_object().end_object();
}

std::string candidates_json(const household::candidate_page& page, std::string_view missing) {
  std::string body;
  json::writer out(body);
  out.begin_object();
  append_items(out, page.candidates, append_candidate,
               next_cursor(page.more, page.candidates, &household::link_candidate::own));
  out.field_or_null("missing", missing).end_object();
  return body;
}

asio::awaitable<response> list_candidates(office_services& with, const staff_request& by,
                                          const household::state& to_link, request& in) {
  const auto which = filter_of(in, to_link);
  if (!which) co_return problem_of(which.error());
  auto page =
      co_await runtime::await_reply<household::candidate_page>([&](reply<household::candidate_page> back) {
        with.link_candidates.list_candidates(*which, std::move(back));
      });
  if (!page) co_return problem_of(page.error());
  std::string_view missing;
  const auto address = parse_email(which->text);
  const auto& found = page->candidates;
  if (address && !which->before && std::none_of(found.begin(), found.end(), [&](const auto& each) {
        return has_address(each, *address);
      })) {
    auto looked = co_await look_up_address(with, by, *address, "account_link.search");
    if (looked.refused) co_return *looked.refused;
    missing = reason_of(looked.found, to_link);
  }
  co_return json_response(200, candidates_json(*page, missing));
}

household::audit audit_of(const staff_request& by, std::string action, const household_id& which) {
  return {by.audit(std::move(action), "household", which.value), household_record_json};
}

asio::awaitable<outcome<std::string>> told(office_services& with, const staff_request& by,
                                           const household::state& of) {
  auto purse = co_await runtime::ask_entity(with.house.wallets, of.id, wallet::get_view{});
  if (!purse) co_return purse.error();
  co_return household_json(of, *purse, by.unit());
}

using change = std::function<asio::awaitable<outcome<household::state>>(const idempotency_row& key)>;

// Runs the change, once where the request has an Idempotency-Key. The row keeps no answer: the client is told
// as it is when the repeat comes, with its personal data as they are then.
asio::awaitable<response> change_once(office_services& with, const staff_request& by,
                                      const household::state& of, request& in, change make) {
  std::optional<std::int64_t> version;
  auto run = [&](idempotency_row key) -> asio::awaitable<outcome<std::string>> {
    auto done = co_await make(key);
    if (!done) co_return done.error();
    version = done->version;
    co_return co_await told(with, by, *done);
  };
  auto again = [&](order::stored_answer) -> asio::awaitable<outcome<std::string>> {
    auto seen = co_await merge::follow(with.house.households, of.id);
    if (!seen) co_return seen.error();
    version = seen->version;
    co_return co_await told(with, by, *seen);
  };
  auto answer = co_await with.house.idempotent.once_if_asked(in, by.at, by.principal(), std::move(run),
                                                             std::move(again), 200);
  if (version && answer.status == 200) answer.header("ETag", etag_of(*version));
  co_return answer;
}

void keep(const idempotency_row& key, commit& rows) {
  if (!key.id.is_nil()) rows.idempotency.push_back(key);
}

/// An account that may be linked, with the household that it has here.
struct chosen {
  account::state owner;
  household_id own;
};

// H7, with why not. An account that nobody has is told as one that never ordered here: ids tell nothing of
// others.
asio::awaitable<outcome<chosen>> choose(office_services& with, const staff_request& by, account_id whose) {
  auto owner = co_await runtime::ask_entity(with.accounts.accounts, whose, account::get_view{});
  if (!owner && owner.error().code == errc::not_found) co_return errc::no_online_order;
  if (!owner) co_return owner.error();
  if (!owner->active) co_return errc::unconfirmed;
  using found = std::optional<household::link_candidate>;
  auto candidate = co_await runtime::await_reply<found>(
      [&](reply<found> back) { with.link_candidates.find_candidate(by.at->id, whose, std::move(back)); });
  if (!candidate) co_return candidate.error();
  if (!*candidate) co_return errc::no_online_order;
  co_return chosen{std::move(*owner), (*candidate)->own};
}

asio::awaitable<outcome<household::state>> link(office_services& with, const staff_request& by,
                                                const household::state& of, account_id whose,
                                                const idempotency_row& key) {
  if (of.account == whose) co_return errc::linked_here;
  if (of.account) co_return errc::other_account;
  auto picked = co_await choose(with, by, whose);
  if (!picked) co_return picked.error();

  merge::merge_households command;
  command.organisation = by.at->id;
  command.id = merge_id{by.fresh_id()};
  command.into = of.id;
  command.from = picked->own;
  command.cause = merge_cause::link;
  command.linked = household::link{whose, picked->owner.username, by.now, false, by.now};
  command.by = by.origin();
  command.staff_floor = by.at->options.floor_of(by.role);
  command.into_audit = audit_of(by, "account_link.set", of.id);
  command.from_audit = audit_of(by, "household.merged", picked->own);
  command.rows.mails.push_back(link_mail(picked->owner, "account_linked", by));
  keep(key, command.rows);
  auto done = co_await merge::run(with.house.merging, std::move(command));
  if (!done) co_return done.error();
  co_return std::move(done->into);
}

asio::awaitable<response> put_link(office_services& with, const staff_request& by, const household::state& of,
                                   request& in) {
  json::reader form(in);
  const account_id whose{form->uuid("account_id")};
  if (auto bad = form.finish()) co_return *bad;
  change make = [&](const idempotency_row& key) { return link(with, by, of, whose, key); };
  co_return co_await change_once(with, by, of, in, std::move(make));
}

// The household that an account has after its link was taken away: its own data, and nothing else.
household::state empty_household(const account::state& owner, const staff_request& by) {
  const household::person who{owner.first_name, owner.last_name, owner.birth_date,
                              owner.email,      owner.email_key, {}};
  auto out = household::first_household(by.at->id, household_id{by.fresh_id()}, member_id{by.fresh_id()}, who,
                                        household::new_number(), owner.locale, by.now);
  out.status = household::status::accepted;
  out.account = owner.id;
  out.account_username = owner.username;
  out.linked_at = by.now;
  out.box_office_since = by.now;
  return out;
}

/// How often a new client number may be taken already.
constexpr int number_tries = 4;

asio::awaitable<outcome<household::state>> unlink(office_services& with, const staff_request& by,
                                                  const household::state& of, const idempotency_row& key) {
  if (!of.account) co_return refusal{errc::conflict, "The client is linked to no account."};
  auto owner = co_await runtime::ask_entity(with.accounts.accounts, *of.account, account::get_view{});
  if (!owner) co_return owner.error();
  for (int left = number_tries;; --left) {
    household::unlink_account command;
    command.linked = owner->id;
    command.instead = empty_household(*owner, by);
    command.audit = audit_of(by, "account_link.remove", of.id);
    command.rows.mails.push_back(link_mail(*owner, "account_unlinked", by));
    keep(key, command.rows);
    auto done = co_await runtime::ask_entity(with.house.households, of.id, std::move(command));
    if (done || done.error().detail != household::number_constraint || left == 1) co_return done;
  }
}

asio::awaitable<response> delete_link(office_services& with, const staff_request& by,
                                      const household::state& of, request& in) {
  change make = [&](const idempotency_row& key) { return unlink(with, by, of, key); };
  co_return co_await change_once(with, by, of, in, std::move(make));
}

} // namespace

mail_row link_mail(const account::state& owner, std::string_view template_name, const staff_request& by,
                   bool restored) {
  mail_row mail;
  mail.id = mail_id{by.fresh_id()};
  mail.organisation = by.at->id;
  mail.template_name = template_name;
  mail.locale = owner.locale;
  mail.to_address = owner.email;
  mail.to_name = owner.first_name + ' ' + owner.last_name;
  auto params = json_object{}.add("first_name", owner.first_name).add("username", owner.username);
  if (restored) params.add("restored", "yes");
  mail.params = params.text();
  mail.priority = mail_priority::order;
  mail.at = by.now;
  return mail;
}

void add_link_routes(router& to, office_services& with) {
  to.add(verb::get, "/api/v1/orgs/{org}/staff/households/{household}/account-link",
         bind_client<list_candidates>(with), staff_route("staff_list_link_candidates", client_readers));
  to.add(verb::put, "/api/v1/orgs/{org}/staff/households/{household}/account-link",
         bind_client<put_link>(with), staff_route("staff_link_account", client_writers));
  to.add(verb::delete_, "/api/v1/orgs/{org}/staff/households/{household}/account-link",
         bind_client<delete_link>(with), staff_route("staff_unlink_account", client_writers));
}

} // namespace foyer::http::staff
