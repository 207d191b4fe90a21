#include "http/staff/refund_routes.hpp"

#include "actors/checkout/build.hpp"
#include "http/bind.hpp"
#include "http/buyer/order_answer.hpp"
#include "http/json/reader.hpp"
#include "http/staff/staff_request.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using runtime::await_reply;

constexpr std::size_t lines_max = 100;
constexpr std::size_t reason_max = 500;

std::string refund_note(const checkout::refund_order& of) {
  std::string body;
  json::writer out(body);
  out.begin_object().field("order_number", of.number).key("lines").begin_array();
  for (const auto& each : of.lines) out.value(each);
  out.end_array().field("to", of.where == order::refund_to::wallet ? "wallet" : "original");
  out.field("reason", of.reason).end_object();
  return body;
}

asio::awaitable<outcome<order::state>> order_of(paper_services& with, const staff_request& by,
                                                const request& in) {
  const std::string number{in.parameter("number")};
  co_return co_await await_reply<order::state>(
      [&](reply<order::state> back) { with.house.orders.load_order(by.at->id, number, std::move(back)); });
}

asio::awaitable<response> post_refund(paper_services& with, const staff_request& by, request& in) {
  auto found = co_await order_of(with, by, in);
  if (!found) co_return problem_of(found.error());
  checkout::refund_order command;
  command.organisation = by.at;
  command.number = found->number;
  command.by = by.who.id;
  json::reader form(in);
  if (form->has("lines"))
    for (const auto& each : form->uuids("lines", {.min = 1, .max = lines_max}))
      command.lines.push_back(line_id{each});
  command.where =
      form->choice("to", {"wallet", "original"}) == 0 ? order::refund_to::wallet : order::refund_to::original;
  command.reason = form->text("reason", {.max = reason_max});
  command.reference = form->optional_text("reference", {.max = 200}).value_or("");
  if (auto bad = form.finish()) co_return *bad;
  command.audit = by.audit("order.refunded", "order", found->id.value);
  command.audit->before = "{\"status\":\"" + std::string{to_string(found->status)} + "\"}";
  command.audit->after = refund_note(command);
  const buyer::order_answer answer{by.at, with.house.orders, with.house.secret};
  auto run = [&with, &command, &answer](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    command.answer = answer.to_keep(std::move(prefilled));
    auto done = co_await checkout::refund(with.checkout, std::move(command));
    if (!done) co_return done.error();
    co_return std::move(done->answer);
  };
  co_return co_await with.house.idempotent.once(in, by.at, by.principal(), std::move(run), answer.again());
}

const char* template_of(order::status of) {
  return of == order::status::paid ? "order_paid" : "order_confirmation";
}

asio::awaitable<response> post_mail(paper_services& with, const staff_request& by, request& in) {
  auto found = co_await order_of(with, by, in);
  if (!found) co_return problem_of(found.error());
  if (!in.body.empty()) {
    json::reader form(in);
    if (auto bad = form.finish()) co_return *bad;
  }
  if (found->status == order::status::cancelled || found->status == order::status::refunded)
    co_return problem_of(errc::too_late);
  if (found->buyer_email.empty()) co_return conflict("conflict", "The order has no address to write to.");
  commit rows;
  rows.mails.push_back(
      checkout::order_mail(template_of(found->status), *found, *by.at, found->buyer_email, by.now));
  auto audit = by.audit("order.mailed", "order", found->id.value);
  audit.after = "{\"mail_id\":\"" + to_string(rows.mails.front().id) + "\"}";
  rows.cold.emplace_back(std::move(audit));
  auto written = co_await await_reply<done>([&](reply<done> back) {
    with.checkout.journal.append(std::move(rows), [back](const commit_outcome& told) {
      if (told.status == commit_status::committed)
        back(done{});
      else
        back(told.status == commit_status::lost ? errc::unavailable : errc::internal);
    });
  });
  if (!written) co_return problem_of(written.error());
  co_return json_response(202, R"({"status":"queued"})");
}

} // namespace

void add_refund_routes(router& to, paper_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff/orders/{number}";
  to.add(verb::post, base + "/refund", bind_staff<post_refund>(with),
         staff_route("staff_refund_order", client_writers, true));
  to.add(verb::post, base + "/mail", bind_staff<post_mail>(with),
         staff_route("staff_mail_order", client_writers));
}

} // namespace foyer::http::staff
