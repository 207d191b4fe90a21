#pragma once

#include "http/account_flow.hpp"
#include "http/json/reader.hpp"
#include "http/problem.hpp"

namespace foyer::http {

/// Somebody without a login asks for the mail that `Command` sends to the owner of an address: `{"email"}` →
/// 202 with this status, the same and as late for an address that nobody has (A5).
template <class Command>
boost::asio::awaitable<response> send_asked_mail(account_services& with, request& in,
                                                 std::string_view status) {
  const floor_timer floor(answer_floor);
  json::reader body(in);
  const auto typed = body->text("email", {.max = 320});
  const auto address = parse_email(typed);
  if (!address && !typed.empty()) body->note("email", "invalid");
  if (auto bad = body.finish()) co_return *bad;
  if (auto refused = refuse_mail(with, in, address->key)) co_return *refused;
  const auto found = co_await find_by_email(with, address->key);
  if (!found) co_return problem_of(found.error());
  if (*found) {
    Command command;
    command.with = with.supplier.fresh();
    const auto answer = co_await runtime::ask_entity(with.accounts, **found, std::move(command));
    if (!answer) co_return problem_of(answer.error());
  }
  co_await floor.wait();
  co_return json_response(202, R"({"status":")" + std::string{status} + R"("})");
}

} // namespace foyer::http
