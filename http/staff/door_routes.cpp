#include "http/staff/door_routes.hpp"

#include "http/json/reader.hpp"
#include "http/json/writer.hpp"
#include "http/staff/staff_request.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;

// Longer than any code: whatever a scanner reads is answered, as unknown.
constexpr std::size_t code_max = 500;

std::string unknown_json() {
  std::string body;
  json::writer out(body);
  out.begin_object().field("status", "unknown").key("used_at").null().key("ticket").null().end_object();
  return body;
}

std::string checked_json(const checkout::checked_in& of) {
  const auto& ticket = of.ticket;
  std::string body;
  json::writer out(body);
  out.begin_object().field("status", to_string(of.what)).key("used_at");
  if (of.since)
    out.value(*of.since);
  else
    out.null();
  out.key("ticket").begin_object().field("id", ticket.of.id).field("offer_id", ticket.of.offer);
  out.field("title", ticket.title).field("order_number", ticket.order_number);
  out.key("starts_at");
  if (ticket.of.starts_at)
    out.value(*ticket.of.starts_at);
  else
    out.null();
  out.field_or_null("holder", ticket.of.holder);
  // Of a course, presence is ticked day by day (H13).
  if (ticket.on_several_days) out.field("day", ticket.day);
  out.end_object().end_object();
  return body;
}

asio::awaitable<response> check_ticket(paper_services& with, const staff_request& by, request& in) {
  json::reader form(in);
  const auto code = form->text("code", {.max = code_max});
  if (auto bad = form.finish()) co_return *bad;
  const auto named = server_secret::ticket_named(code);
  if (!named) co_return json_response(200, unknown_json());
  checkout::check_in_ticket command;
  command.organisation = by.at;
  command.ticket = *named;
  command.is_genuine = [&](const order::ticket& found) {
    return equal_in_constant_time(with.house.secret.ticket_code(found.id, found.offer), code);
  };
  command.by = by.who.id;
  command.audit = by.audit("ticket.check_in", "ticket", named->value);
  command.audit.before = R"({"checked_in":false})";
  command.audit.after = R"({"checked_in":true})";
  auto done = co_await checkout::check_in(with.checkout, std::move(command));
  if (!done && done.error().code == errc::not_found) co_return json_response(200, unknown_json());
  if (!done) co_return problem_of(done.error());
  co_return json_response(200, checked_json(*done));
}

} // namespace

void add_door_routes(router& to, paper_services& with) {
  to.add(verb::post, "/api/v1/orgs/{org}/staff/tickets/check", bind_staff<check_ticket>(with),
         staff_route("staff_check_ticket", client_writers));
}

} // namespace foyer::http::staff
