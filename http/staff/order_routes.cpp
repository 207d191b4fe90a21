#include "http/staff/order_routes.hpp"

#include "http/bind.hpp"
#include "http/buyer/order_answer.hpp"
#include "http/buyer/order_form.hpp"
#include "http/caller.hpp"
#include "http/list_json.hpp"
#include "http/organisation_of.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"
#include "http/staff/staff_request.hpp"

#include <algorithm>

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using buyer::order_json;
using runtime::await_reply;

const organisation::shop* box_office_of(const organisation::snapshot& at) {
  const auto found =
      std::find_if(at.shops.begin(), at.shops.end(), [](const auto& shop) { return shop.box_office; });
  return found == at.shops.end() ? nullptr : &*found;
}

std::string principal_of(const caller_account& who) {
  return "account:" + to_string(who.id);
}

amount floor_of(const caller_account& who, const organisation::snapshot& at) {
  const auto role = who.role_at(at.id);
  return role ? at.options.floor_of(*role) : 0;
}

staff_change_row audit_of(std::string action, const caller_account& who, const organisation::snapshot_ptr& at,
                          const order_services& with) {
  const staff_request by{at, who, organisation::role::auditor, with.checkout.clock.now()};
  return by.audit(std::move(action), "order", std::nullopt);
}

// P2: before and after what staff do with an order.
std::string note_of(const order::state& of, const currency& unit) {
  std::string body;
  json::writer out(body);
  out.begin_object().field("number", of.number).field("status", to_string(of.status));
  out.field("total", money{of.total, unit}).field("outstanding", money{of.outstanding(), unit});
  if (!of.cancel_reason.empty()) out.field("cancel_reason", of.cancel_reason);
  out.key("payments").begin_array();
  for (const auto& each : of.payments) {
    out.begin_object().field("method", organisation::to_string(each.method));
    out.field("amount", money{each.sum, unit}).field("status", to_string(each.status));
    out.field("reference", each.reference).end_object();
  }
  out.end_array().end_object();
  return body;
}

checkout::order_note noted_in(const currency& unit) {
  return [unit](const order::state& of) { return note_of(of, unit); };
}

asio::awaitable<response> post_order(order_services& with, request& in) {
  auto at = co_await organisation_of(with.organisations, in);
  if (!at) co_return problem_of(at.error());
  const auto* who = account_of(in);
  const auto* shop = box_office_of(**at);
  if (shop == nullptr) co_return conflict("conflict", "The organisation has no box office.");
  checkout::place_order command;
  command.organisation = *at;
  command.shop = shop;
  command.staff = who->id;
  command.staff_floor = floor_of(*who, **at);
  command.locale = (*at)->locale;
  json::reader form(in);
  command.household = household_id{form->uuid("household_id")};
  buyer::read_order(*form, command);
  command.allow_negative = form->boolean_or("allow_negative", false);
  command.quiet = !form->boolean_or("mail_tickets", true);
  if (auto bad = form.finish()) co_return *bad;
  command.audit = audit_of("order.create", *who, *at, with);
  command.note = noted_in((*at)->unit);
  const buyer::order_answer answer{*at, with.checkout.orders, with.secret};
  auto place = [&with, &command,
                &answer](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    command.answer = answer.to_keep(std::move(prefilled));
    auto placed = co_await checkout::place(with.checkout, std::move(command));
    if (!placed) co_return placed.error();
    co_return std::move(placed->answer);
  };
  co_return co_await with.idempotent.once(in, *at, principal_of(*who), std::move(place), answer.again());
}

asio::awaitable<response> post_payment(order_services& with, request& in) {
  auto at = co_await organisation_of(with.organisations, in);
  if (!at) co_return problem_of(at.error());
  const auto* who = account_of(in);
  checkout::record_payment command;
  command.organisation = *at;
  command.number = in.parameter("number");
  command.by = who->id;
  json::reader form(in);
  command.method = buyer::read_method(*form, "method");
  const auto sum = form->money("amount", json::positive_amounts);
  command.reference = form->optional_text("reference", {.max = 200}).value_or("");
  using organisation::payment_method;
  if (command.method == payment_method::wallet || command.method == payment_method::voucher)
    form->note("method", "invalid");
  if (auto bad = form.finish()) co_return *bad;
  if (sum.unit != (*at)->unit) co_return problem_of(refusal{errc::currency_mismatch});
  command.sum = sum.value;
  command.audit = audit_of("order.payment", *who, *at, with);
  command.note = noted_in((*at)->unit);
  const buyer::order_answer answer{*at, with.checkout.orders, with.secret};
  auto record = [&with, &command,
                 &answer](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    command.answer = answer.to_keep(std::move(prefilled));
    auto recorded = co_await checkout::record(with.checkout, std::move(command));
    if (!recorded) co_return recorded.error();
    co_return std::move(recorded->answer);
  };
  co_return co_await with.idempotent.once(in, *at, principal_of(*who), std::move(record), answer.again());
}

asio::awaitable<outcome<order::state>> find_order(order_services& with, const request& in,
                                                  const organisation::snapshot& at) {
  return await_reply<order::state>(
      [&with, id = at.id, number = std::string{in.parameter("number")}](reply<order::state> back) {
        with.checkout.orders.load_order(id, number, back);
      });
}

asio::awaitable<response> cancel_order(order_services& with, request& in) {
  auto at = co_await organisation_of(with.organisations, in);
  if (!at) co_return problem_of(at.error());
  auto found = co_await find_order(with, in, **at);
  if (!found) co_return problem_of(found.error());
  std::string reason = "staff";
  if (!in.body.empty()) {
    json::reader form(in);
    reason = form->optional_text("reason", {.max = 200}).value_or(reason);
    if (auto bad = form.finish()) co_return *bad;
  }
  const auto* who = account_of(in);
  checkout::cancel_order command;
  command.organisation = (*at)->id;
  command.id = found->id;
  command.reason = reason;
  command.by = {wallet::actor_kind::staff, who->id, with.checkout.clock.now()};
  command.audit = audit_of("order.cancel", *who, *at, with);
  command.note = noted_in((*at)->unit);
  const buyer::order_answer answer{*at, with.checkout.orders, with.secret};
  auto cancel = [&with, &command,
                 &answer](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    command.answer = answer.to_keep(std::move(prefilled));
    auto done = co_await checkout::cancel(with.checkout, std::move(command));
    if (!done) co_return done.error();
    co_return std::move(done->answer);
  };
  co_return co_await with.idempotent.once_if_asked(in, *at, principal_of(*who), std::move(cancel),
                                                   answer.again(), 200);
}

asio::awaitable<response> get_order(order_services& with, request& in) {
  auto at = co_await organisation_of(with.organisations, in);
  if (!at) co_return problem_of(at.error());
  auto found = co_await find_order(with, in, **at);
  if (!found) co_return problem_of(found.error());
  co_return json_response(200, order_json(*found, **at, with.secret));
}

asio::awaitable<response> list_orders(order_services& with, request& in) {
  auto at = co_await organisation_of(with.organisations, in);
  if (!at) co_return problem_of(at.error());
  const auto asked = paging_of<order_id>(in);
  if (!asked) co_return problem_of(asked.error());
  order::filter which;
  which.organisation = (*at)->id;
  which.limit = asked->limit;
  which.before = asked->after;
  if (const auto household = in.query("household_id")) {
    const auto id = parse_uuid(*household);
    if (!id) co_return invalid("?household_id", "invalid");
    which.household = household_id{*id};
  }
  auto page = co_await await_reply<order::page>(
      [&with, which](reply<order::page> back) { with.checkout.orders.list_orders(which, back); });
  if (!page) co_return problem_of(page.error());
  const auto append = [&](json::writer& out, const order::state& each) {
    buyer::append_order(out, each, **at, with.secret);
  };
  co_return json_response(
      200, list_json(page->orders, append, next_cursor(page->more, page->orders, &order::state::id)));
}

constexpr std::uint8_t writers = roles::administrator | roles::box_office;
constexpr std::uint8_t readers = writers | roles::auditor;

} // namespace

void add_order_routes(router& to, order_services& services) {
  const route_info write{.operation = {}, .access = access::staff, .roles = writers, .group = "staff"};
  const route_info read{.operation = {}, .access = access::staff, .roles = readers, .group = "staff"};
  auto named = [](route_info info, std::string_view operation, bool idempotent = false) {
    info.operation = operation;
    info.idempotent = idempotent;
    return info;
  };
  const std::string base = "/api/v1/orgs/{org}/staff/orders";
  to.add(verb::get, base, bind<list_orders>(services), named(read, "staff_list_orders"));
  to.add(verb::post, base, bind<post_order>(services), named(write, "staff_create_order", true));
  to.add(verb::get, base + "/{number}", bind<get_order>(services), named(read, "staff_get_order"));
  to.add(verb::post, base + "/{number}/payments", bind<post_payment>(services),
         named(write, "staff_record_payment", true));
  to.add(verb::post, base + "/{number}/cancel", bind<cancel_order>(services),
         named(write, "staff_cancel_order"));
}

} // namespace foyer::http::staff
