#include "http/staff/merge_routes.hpp"

#include "http/bind.hpp"
#include "http/household_json.hpp"
#include "http/json/reader.hpp"
#include "http/list_json.hpp"
#include "http/paging.hpp"
#include "http/staff/link_routes.hpp"
#include "http/staff/staff_request.hpp"

#include <algorithm>
#include <map>

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

/// More merges into one household than a list shows.
constexpr int merges_max = 200;

asio::awaitable<outcome<household::state>> own_household(house_services& with, const staff_request& by,
                                                         household_id which) {
  auto found = co_await ask_entity(with.households, which, household::get_view{});
  if (!found) co_return found.error();
  if (found->organisation != by.at->id) co_return errc::not_found;
  co_return std::move(*found);
}

std::string name_of(const household::state& of) {
  const auto* person = of.responsible_member();
  return person == nullptr ? std::string{} : person->first_name + ' ' + person->last_name;
}

/// Both sides of a merge that was asked for.
struct both {
  household::state into;
  household::state from;
  wallet::state into_purse;
  wallet::state from_purse;
};

asio::awaitable<outcome<both>> read_both(house_services& with, const staff_request& by,
                                         const household::state& into, household_id from) {
  both out;
  out.into = into;
  auto other = co_await own_household(with, by, from);
  if (!other) co_return other.error();
  out.from = std::move(*other);
  auto purse = co_await ask_entity(with.wallets, out.into.id, wallet::get_view{});
  if (!purse) co_return purse.error();
  out.into_purse = *purse;
  purse = co_await ask_entity(with.wallets, out.from.id, wallet::get_view{});
  if (!purse) co_return purse.error();
  out.from_purse = *purse;
  co_return out;
}

// The rules themselves, on what was seen: what they would say now.
std::optional<errc> refused(const both& of, const staff_request& by) {
  household::absorb absorb;
  absorb.from = of.from;
  auto joined = household::decide(of.into, absorb);
  if (!joined) return joined.error().code;
  wallet::transfer transfer;
  transfer.organisation = by.at->id;
  transfer.staff_floor = by.at->options.floor_of(by.role);
  transfer.by = by.origin();
  transfer.rows.cold.emplace_back(households_merged_row{});
  auto closed = wallet::decide(of.from_purse, transfer);
  if (!closed) return closed.error().code;
  transfer.which = wallet::transfer::side::receive;
  transfer.rows = std::move(closed->rows);
  auto received = wallet::decide(of.into_purse, std::move(transfer));
  if (!received) return received.error().code;
  return std::nullopt;
}

void append_side(json::writer& out, std::string_view key, const household::state& of,
                 const wallet::state& purse, const currency& unit) {
  out.key(key)
      .begin_object()
      .field("household_id", of.id)
      .field("number", of.number)
      .field("name", name_of(of));
  out.field("balance", money{purse.balance, unit}).field("held", money{purse.held, unit}).end_object();
}

// Somebody who is in both, as far as names and birth dates tell: the page can offer to remove one of them.
const household::member* same_person(const household::state& in, const household::member& as) {
  const auto found = std::find_if(in.members.begin(), in.members.end(), [&](const household::member& each) {
    return each.first_name == as.first_name && each.last_name == as.last_name &&
           (!each.birth_date || !as.birth_date || *each.birth_date == *as.birth_date);
  });
  return found == in.members.end() ? nullptr : &*found;
}

std::string plan_json(const both& of, const merge::belongings& what, const staff_request& by) {
  const auto unit = by.unit();
  std::string body;
  json::writer out(body);
  out.begin_object();
  append_side(out, "into", of.into, of.into_purse, unit);
  append_side(out, "from", of.from, of.from_purse, unit);
  out.key("moves").begin_object().field("balance", money{of.from_purse.balance, unit});
  out.field("orders", what.orders).field("open_orders", what.open_orders).field("tickets", what.tickets);
  out.field("benefits", what.benefits).field("invitations", what.invitations).key("members").begin_array();
  for (const auto& each : of.from.members) {
    const auto* same = same_person(of.into, each);
    out.begin_object()
        .field("id", each.id)
        .field("first_name", each.first_name)
        .field("last_name", each.last_name);
    out.field("same_as", same == nullptr ? std::nullopt : std::optional{same->id}).end_object();
  }
  out.end_array().key("tags").begin_array();
  for (const auto& each : of.from.tags)
    if (std::find(of.into.tags.begin(), of.into.tags.end(), each) == of.into.tags.end()) out.value(each);
  out.end_array().key("account");
  if (of.from.account)
    out.begin_object()
        .field("id", *of.from.account)
        .field("username", of.from.account_username)
        .field("linked_at", of.from.linked_at)
        .end_object();
  else
    out.null();
  out.end_object();
  const auto after = add(of.into_purse.balance, of.from_purse.balance);
  out.key("balance_after");
  if (after)
    out.value(money{*after, unit});
  else
    out.null();
  out.key("refused");
  if (const auto why = refused(of, by))
    out.value(to_string(*why));
  else
    out.null();
  out.end_object();
  return body;
}

asio::awaitable<response> get_plan(house_services& with, const staff_request& by, const household::state& of,
                                   request& in) {
  const auto from = parse_uuid(in.query("from").value_or(""));
  if (!from) co_return invalid("?from", "invalid");
  auto seen = co_await read_both(with, by, of, household_id{*from});
  if (!seen) co_return problem_of(seen.error());
  const auto source = seen->from.id;
  auto what = co_await await_reply<merge::belongings>(
      [&](reply<merge::belongings> back) { with.merges.count(by.at->id, source, std::move(back)); });
  if (!what) co_return problem_of(what.error());
  co_return json_response(200, plan_json(*seen, *what, by));
}

household::audit audit_of(const staff_request& by, std::string action, const household_id& which) {
  return {by.audit(std::move(action), "household", which.value), household_record_json};
}

std::string_view name_of(merge_cause cause) {
  switch (cause) {
  case merge_cause::duplicate: return "duplicate";
  case merge_cause::link: return "link";
  case merge_cause::invitation: return "invitation";
  }
  return "duplicate";
}

std::string merged_json(const households_merged_row& of, bool undone, const currency& unit) {
  std::string body;
  json::writer out(body);
  out.begin_object().field("id", of.id).field("household_id", of.into).field("from_household_id", of.from);
  out.field("moved", money{of.moved, unit}).field("undone", undone).end_object();
  return body;
}

merge::answer_to_keep keeping(idempotency_row row, bool undone, currency unit) {
  return {std::move(row),
          [undone, unit](const households_merged_row& of) { return merged_json(of, undone, unit); }};
}

// Whose account comes to another record hears of it, as by a link (H7).
asio::awaitable<outcome<account::state>> owner_of(office_services& office, account_id whose) {
  co_return co_await ask_entity(office.accounts.accounts, whose, account::get_view{});
}

asio::awaitable<response> post_merge(office_services& office, const staff_request& by,
                                     const household::state& into, request& in) {
  auto& with = office.house;
  json::reader form(in);
  const household_id from{form->uuid("from")};
  if (auto bad = form.finish()) co_return *bad;
  auto other = co_await own_household(with, by, from);
  if (!other) co_return problem_of(other.error());
  merge::merge_households command;
  command.organisation = by.at->id;
  command.id = merge_id{by.fresh_id()};
  command.into = into.id;
  command.from = from;
  command.by = by.origin();
  command.staff_floor = by.at->options.floor_of(by.role);
  command.into_audit = audit_of(by, "household.merge", into.id);
  command.from_audit = audit_of(by, "household.merged", from);
  if (other->account && !into.account) {
    auto owner = co_await owner_of(office, *other->account);
    if (!owner) co_return problem_of(owner.error());
    command.rows.mails.push_back(link_mail(*owner, "account_linked", by));
  }
  const auto unit = by.unit();
  auto run = [&with, &command, unit](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    command.answer = keeping(std::move(prefilled), false, unit);
    auto made = co_await merge::run(with.merging, std::move(command));
    if (!made) co_return made.error();
    co_return std::move(made->answer);
  };
  co_return co_await with.idempotent.once(in, by.at, by.principal(), std::move(run));
}

void append_end(json::writer& out, std::string_view key, const household_id& which,
                const std::string& number) {
  out.key(key).begin_object().field("household_id", which).field("number", number).end_object();
}

void append_record(json::writer& out, const merge::record& of, const currency& unit) {
  out.begin_object().field("id", of.id).field("cause", name_of(of.cause));
  append_end(out, "into", of.into, of.into_number);
  append_end(out, "from", of.from, of.from_number);
  out.field("moved", money{of.moved, unit}).field("orders", of.orders);
  out.field("by", of.by).field("at", of.at).field("undone_at", of.undone_at).key("newer").begin_array();
  for (const auto& each : of.newer) out.value(each);
  out.end_array().field("undoable", !of.undone_at && of.newer.empty()).end_object();
}

asio::awaitable<response> list_merges(house_services& with, const staff_request& by,
                                      const household::state& of, request&) {
  const auto which = of.id;
  using all = std::vector<merge::record>;
  auto found = co_await await_reply<all>(
      [&](reply<all> back) { with.merges.list(by.at->id, which, merges_max, std::move(back)); });
  if (!found) co_return problem_of(found.error());
  const auto append = [&](json::writer& out, const merge::record& each) {
    append_record(out, each, by.unit());
  };
  co_return json_response(200, list_json(*found, append));
}

refusal depends_on(const merge::record& of) {
  refusal why{errc::newer_changes};
  for (const auto& each : of.newer) why.fields.push_back({each, "newer"});
  return why;
}

asio::awaitable<response> post_undo(office_services& office, const staff_request& by,
                                    const household::state& of, request& in) {
  auto& with = office.house;
  const auto which = parse_uuid(in.parameter("merge"));
  if (!which) co_return not_found();
  auto found = co_await await_reply<merge::record>(
      [&](reply<merge::record> back) { with.merges.load(by.at->id, merge_id{*which}, std::move(back)); });
  if (!found) co_return problem_of(found.error());
  if (found->into != of.id) co_return not_found();
  // Separated again: the account has the record back that it came from.
  std::optional<mail_row> told;
  if (found->from_before.account && !found->into_before.account) {
    auto owner = co_await owner_of(office, *found->from_before.account);
    if (!owner) co_return problem_of(owner.error());
    told = link_mail(*owner, "account_unlinked", by, true);
  }
  const auto unit = by.unit();
  auto run = [&office, &with, &by, &found, &told,
              unit](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    if (found->undone_at) co_return refusal{errc::conflict, "It was undone already."};
    if (!found->newer.empty()) co_return depends_on(*found);
    merge::undo_merge command;
    command.what = *found;
    command.by = by.origin();
    command.staff_floor = by.at->options.floor_of(by.role);
    command.into_audit = audit_of(by, "household.merge_undo", found->into);
    command.from_audit = audit_of(by, "household.merge_undo", found->from);
    command.answer = keeping(std::move(prefilled), true, unit);
    auto made = co_await merge::undo(with.merging, std::move(command));
    if (!made) co_return made.error();
    if (told) {
      commit rows;
      rows.mails.push_back(*told);
      // What is undone stays so, whatever becomes of the mail.
      co_await write_rows(office, std::move(rows));
    }
    co_return std::move(made->answer);
  };
  co_return co_await with.idempotent.once(in, by.at, by.principal(), std::move(run));
}

struct shown_household {
  household::state of;
  wallet::state purse;
};

// Each client is asked for by itself: a page holds fewer groups where they are large.
constexpr std::size_t duplicates_shown_max = 200;

void shorten(merge::duplicates_page& page) {
  std::size_t clients = 0;
  auto end = page.groups.begin();
  for (; end != page.groups.end(); ++end) {
    clients += end->households.size();
    if (clients > duplicates_shown_max && end != page.groups.begin()) break;
  }
  page.more = page.more || end != page.groups.end();
  page.groups.erase(end, page.groups.end());
}

asio::awaitable<response> list_duplicates(house_services& with, const staff_request& by, request& in) {
  const auto asked = paging_of<uuid>(in);
  if (!asked) co_return problem_of(asked.error());
  auto page = co_await await_reply<merge::duplicates_page>([&](reply<merge::duplicates_page> back) {
    with.merges.list_duplicates(by.at->id, asked->after, asked->limit, std::move(back));
  });
  if (!page) co_return problem_of(page.error());
  shorten(*page);
  std::map<household_id, shown_household> known;
  for (const auto& group : page->groups) {
    for (const auto& each : group.households) {
      auto of = co_await ask_entity(with.households, each, household::get_view{});
      if (!of) co_return problem_of(of.error());
      auto purse = co_await ask_entity(with.wallets, each, wallet::get_view{});
      if (!purse) co_return problem_of(purse.error());
      known[each] = {std::move(*of), *purse};
    }
  }
  const auto append = [&](json::writer& out, const merge::duplicates& group) {
    out.begin_object().key("reasons").begin_array();
    for (const auto& each : group.reasons) out.value(each);
    out.end_array().key("households").begin_array();
    for (const auto& each : group.households)
      append_household(out, known[each].of, known[each].purse, by.unit());
    out.end_array().end_object();
  };
  co_return json_response(
      200, list_json(page->groups, append, next_cursor(page->more, page->groups, &merge::duplicates::key)));
}

} // namespace

void add_merge_routes(router& to, office_services& office) {
  auto& with = office.house;
  const std::string base = "/api/v1/orgs/{org}/staff";
  const std::string one = base + "/households/{household}";
  to.add(verb::get, one + "/merge/plan", bind_client<get_plan>(with),
         staff_route("staff_plan_merge", client_readers));
  to.add(verb::post, one + "/merge", bind_client<post_merge>(office),
         staff_route("staff_merge_households", client_writers, true));
  to.add(verb::get, one + "/merges", bind_client<list_merges>(with),
         staff_route("staff_list_merges", client_readers));
  to.add(verb::post, one + "/merges/{merge}/undo", bind_client<post_undo>(office),
         staff_route("staff_undo_merge", client_writers, true));
  to.add(verb::get, base + "/duplicates", bind_staff<list_duplicates>(with),
         staff_route("staff_list_duplicates", roles::administrator | roles::auditor));
}

} // namespace foyer::http::staff
