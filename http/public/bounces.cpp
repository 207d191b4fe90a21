#include "actors/runtime/ask.hpp"
#include "http/bind.hpp"
#include "http/mail_services.hpp"
#include "http/organisation_of.hpp"
#include "http/problem.hpp"

namespace foyer::http {
namespace {

namespace asio = boost::asio;
using runtime::await_reply;

/// A report carries the returned mail, or its headers.
constexpr std::size_t report_max = 1'048'576;

constexpr std::string_view hand_in_bounce = "hand_in_bounce";

// What the head alone says of who hands a report in; nothing: they may.
std::optional<response> refuse_stranger(const mail_services& with, const request& in) {
  if (with.bounce_secret.empty()) return response(not_found());
  const auto sent = in.header("x-bounce-secret").value_or("");
  if (!equal_in_constant_time(sent, with.bounce_secret)) return response(not_authenticated());
  return std::nullopt;
}

// Mails that are not reports, or of no mail of ours, are answered alike: whoever hands them in has done their
// part.
asio::awaitable<response> post_bounce(mail_services& with, request& in) {
  if (auto refused = refuse_stranger(with, in)) co_return std::move(*refused);
  auto seen = with.read_bounce(in.body);
  if (!seen) co_return json_response(200, R"({"result":"ignored"})");
  commit rows;
  rows.cold.emplace_back(
      mail_bounced{seen->mail, std::move(seen->detail), seen->dead_mailbox, with.house.clock.now()});
  auto became = co_await await_reply<commit_status>([&](reply<commit_status> back) {
    with.journal.append(std::move(rows), [back](const commit_outcome& told) { back(told.status); });
  });
  if (!became || *became != commit_status::committed) co_return unavailable();
  co_return json_response(200, R"({"result":"booked"})");
}

// Mail programs keep it; another picture has another version in its address.
asio::awaitable<response> get_logo(mail_services& with, request& in) {
  auto at = co_await organisation_of(with.house.organisations, in);
  if (!at) co_return problem_of(at.error());
  if ((*at)->options.logo.empty()) co_return not_found();
  using maybe = std::optional<mailer::logo>;
  auto found = co_await await_reply<maybe>(
      [&](reply<maybe> back) { with.mails.find_logo((*at)->id, std::move(back)); });
  if (!found) co_return problem_of(found.error());
  if (!*found) co_return not_found();
  response out{200, (*found)->media_type, std::move((*found)->bytes)};
  co_return std::move(out)
      .header("Cache-Control", "public, max-age=86400")
      .header("Cross-Origin-Resource-Policy", "cross-origin");
}

} // namespace

void add_bounce_route(router& to, mail_services& with) {
  to.add(verb::post, "/api/v1/mail/bounces", bind<post_bounce>(with),
         {.operation = hand_in_bounce,
          .access = access::anybody,
          .body_max = report_max,
          .cross_site = true,
          .group = "operations"});
  // The gate is asked before the body is read, so that strangers' reports are never taken in.
  to.set_gate([&with, sessions = to.gate()](request& in) -> asio::awaitable<std::optional<response>> {
    if (in.route->info.operation == hand_in_bounce) co_return refuse_stranger(with, in);
    if (!sessions) co_return std::nullopt;
    co_return co_await sessions(in);
  });
}

void add_logo_route(router& to, mail_services& with) {
  to.add(verb::get, "/api/v1/orgs/{org}/logo", bind<get_logo>(with),
         {.operation = "get_logo", .access = access::anybody, .group = "public"});
}

} // namespace foyer::http
