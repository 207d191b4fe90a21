#include "http/public/recovery.hpp"

#include "http/account_flow.hpp"
#include "http/account_json.hpp"
#include "http/public/asked_mail.hpp"
#include "http/public/invitation.hpp"
#include "http/session.hpp"

namespace foyer::http {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

account::origin origin_of(const request& in) {
  return {session::device_of(in.header("user-agent").value_or("")), std::string{in.remote_address}};
}

// Sends a command twice: without the hash, to see whether the proof is good; then, when the password is fit,
// with it. So neither a hash nor the rules for staff are to be had without a proof.
template <class Command>
asio::awaitable<std::optional<problem>>
prove_then_set(account_services& with, account_id whose, Command& command,
               std::optional<std::string> Command::*hash, const std::string& password) {
  if (auto refused = refusal_in(co_await ask_entity(with.accounts, whose, command))) co_return refused;
  const auto view = co_await ask_entity(with.accounts, whose, account::get_view{});
  if (!view) co_return problem_of(view.error());
  const auto staff =
      co_await await_reply<bool>([&](reply<bool> back) { with.finder.is_staff(whose, std::move(back)); });
  if (!staff) co_return problem_of(staff.error());
  if (auto weak = weak_password(with, "/password", password, *staff, personal_words(*view))) co_return weak;
  auto made = co_await hash_password(with, password);
  if (!made) co_return problem_of(made.error());
  command.*hash = std::move(*made);
  command.with = with.supplier.fresh();
  co_return refusal_in(co_await ask_entity(with.accounts, whose, command));
}

asio::awaitable<response> reset_password(account_services& with, request& in) {
  json::reader body(in);
  const auto shown = read_proof(*body);
  const auto password = body->text("password", {.max = 1000});
  if (auto bad = body.finish()) co_return *bad;
  address_guess attempt(with, in);
  if (attempt.refused) co_return *attempt.refused;
  const auto located = co_await locate(with, token_purpose::password_reset, shown);
  if (!located) co_return problem_of(located.error());
  account::reset_password command;
  command.proof = located->proof;
  command.from = origin_of(in);
  command.with = with.supplier.fresh();
  const auto whose = located->whose;
  if (auto refused =
          co_await prove_then_set(with, whose, command, &account::reset_password::new_hash, password))
    co_return *refused;
  attempt.right();
  with.sessions.forget(whose, std::nullopt);
  with.throttle.succeeded("account:" + to_string(whose));
  co_return json_response(200, R"({"status":"password_changed"})");
}

// An account gets another address, and answers as it is then; its sessions show the former one.
template <class Command>
asio::awaitable<response> move_to_address(account_services& with, request& in, token_purpose purpose,
                                          shown_proof shown) {
  address_guess attempt(with, in);
  if (attempt.refused) co_return *attempt.refused;
  const auto located = co_await locate(with, purpose, std::move(shown));
  if (!located) co_return problem_of(located.error());
  Command command;
  command.proof = located->proof;
  command.with = with.supplier.fresh();
  const auto whose = located->whose;
  const auto answer = co_await ask_entity(with.accounts, whose, std::move(command));
  if (!answer && answer.error().code == errc::conflict) co_return problem_of(refusal{errc::email_taken});
  if (auto refused = refusal_in(answer)) co_return *refused;
  attempt.right();
  with.sessions.forget(whose, std::nullopt);
  const auto view = co_await ask_entity(with.accounts, whose, account::get_view{});
  if (!view) co_return problem_of(view.error());
  co_return json_response(200, account_json(*view));
}

asio::awaitable<response> confirm_email_change(account_services& with, request& in) {
  json::reader body(in);
  auto shown = read_proof(*body);
  if (auto bad = body.finish()) co_return *bad;
  co_return co_await move_to_address<account::confirm_email_change>(with, in, token_purpose::email_change,
                                                                    std::move(shown));
}

} // namespace

asio::awaitable<response> post_password_reset(account_services& with, request& in) {
  return send_asked_mail<account::request_reset>(with, in, "reset_sent");
}

asio::awaitable<response> post_password_reset_confirm(account_services& with, request& in) {
  return refuse_late(reset_password(with, in));
}

asio::awaitable<response> post_email_change_confirm(account_services& with, request& in) {
  return refuse_late(confirm_email_change(with, in));
}

asio::awaitable<response> post_email_change_undo(account_services& with, request& in) {
  json::reader body(in);
  shown_proof shown;
  shown.token = body->text("token", {.max = 100});
  if (auto bad = body.finish()) co_return *bad;
  co_return co_await move_to_address<account::undo_email_change>(with, in, token_purpose::email_undo,
                                                                 std::move(shown));
}

asio::awaitable<response> post_invitation_accept(account_services& with, request& in) {
  json::reader body(in);
  shown_proof shown;
  shown.token = body->text("token", {.max = 100});
  const auto given = body->optional_text("password", {.max = 1000});
  const auto username = body->optional_text("username", {.max = 100});
  const bool token_mode = body->optional_choice("mode", {"cookie", "token"}).value_or(0) == 1;
  if (auto bad = body.finish()) co_return *bad;
  address_guess attempt(with, in);
  if (attempt.refused) co_return *attempt.refused;
  const auto client = co_await find_invitation(with, *shown.token);
  if (!client) co_return problem_of(client.error());
  if (*client) {
    attempt.right();
    const acceptance chosen{given, username, token_mode};
    co_return co_await accept_invitation(with, in, **client, chosen);
  }
  if (!given) co_return invalid("/password", "required");
  const auto& password = *given;
  const auto located = co_await locate(with, token_purpose::staff_welcome, shown);
  if (!located) co_return problem_of(located.error());
  const auto whose = located->whose;
  const auto from = origin_of(in);
  const auto opened = with.sessions.prepare_login(whose, false, true, from.device, from.address);
  account::accept_welcome command;
  command.proof = located->proof;
  command.session = opened.row;
  command.with = with.supplier.fresh();
  if (auto refused =
          co_await prove_then_set(with, whose, command, &account::accept_welcome::password_hash, password))
    co_return *refused;
  attempt.right();
  with.sessions.forget(whose, std::nullopt);
  co_return co_await opened_response(with, opened, token_mode);
}

} // namespace foyer::http
