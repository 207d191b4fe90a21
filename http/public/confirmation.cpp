#include "http/public/confirmation.hpp"

#include "http/account_flow.hpp"
#include "http/account_json.hpp"
#include "http/public/asked_mail.hpp"

namespace foyer::http {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

struct confirmation_form {
  shown_proof proof;
  std::optional<std::string> password;
  std::optional<std::string> new_password;
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
  std::optional<std::string> registration_token;
};

confirmation_form read_confirmation(const json::object& form) {
  confirmation_form out;
  out.proof = read_proof(form);
  out.password = form.optional_text("password", {.max = 1000});
  out.new_password = form.optional_text("new_password", {.max = 1000});
  out.first_name = form.optional_text("first_name", json::a_name);
  out.last_name = form.optional_text("last_name", json::a_name);
  out.registration_token = form.optional_text("registration_token", {.max = 100});
  return out;
}

// What becomes of the client's record at the organisation where the account was registered (A1).
struct household_to_come {
  std::optional<household::state> known; // one with that address, to be linked
  organisation::snapshot_ptr at;         // where a new one is made; null: nowhere
};

asio::awaitable<outcome<household_to_come>> find_household(account_services& with, account::state of) {
  household_to_come out;
  if (!of.registered_at) co_return out;
  const auto where = *of.registered_at;
  out.at = with.organisations.find(where);
  if (!out.at) {
    auto read = co_await await_reply<organisation::snapshot_ptr>(
        [&](reply<organisation::snapshot_ptr> back) { with.organisations.fetch(where, std::move(back)); });
    if (!read) co_return read.error();
    out.at = *read;
  }
  if (!out.at->options.link_by_email) co_return out;
  auto found = co_await await_reply<household::maybe_id>([&](reply<household::maybe_id> back) {
    with.households.find_by_email(where, of.email_key, household::with_account::none, std::move(back));
  });
  if (!found) co_return found.error();
  if (!*found) co_return out;
  auto view = co_await ask_entity(with.households, **found, household::get_view{});
  if (!view && view.error().code == errc::not_found) co_return out;
  if (!view) co_return view.error();
  if (!view->account) out.known = std::move(*view);
  co_return out;
}

household_row new_household(const account::state& of, const confirmation_form& form,
                            const organisation::snapshot& at, time_point now) {
  household::person who{of.first_name, of.last_name, of.birth_date, of.email, of.email_key, {}};
  if (form.new_password) {
    who.birth_date.reset();
    if (form.first_name) who.first_name = *form.first_name;
    if (form.last_name) who.last_name = *form.last_name;
  }
  const auto ms = account::unix_ms(now);
  auto made = household::first_household(at.id, household_id{new_uuid(ms)}, member_id{new_uuid(ms)}, who,
                                         household::new_number(), of.locale, now);
  made.status = household::status::accepted;
  made.account = of.id;
  made.account_username = of.username;
  made.linked_at = now;
  made.box_office_since = now;
  made.newsletter = of.newsletter && !form.new_password;
  return household::to_row(made, 0);
}

// The rows of the link. They go with the account's commit: a crash leaves both undone, or none.
outcome<commit> linked_rows(const household::state& known, const account::state& of, time_point now) {
  household::link_account link;
  link.account = of.id;
  link.account_username = of.username;
  link.at = now;
  link.box_office_since = now;
  auto linked = household::decide(known, link);
  if (!linked) return linked.error();
  return std::move(linked->rows);
}

// Confirms the account with its household in the same commit, as long as somebody else is quicker: with the
// number, or with the household that was to be linked.
asio::awaitable<outcome<account::proven>> confirm_with_household(account_services& with, account::state of,
                                                                 confirmation_form form,
                                                                 account::confirm command) {
  constexpr int tries_max = 6;
  for (int tries = 1;; ++tries) {
    const auto house = co_await find_household(with, of);
    if (!house) co_return house.error();
    command.with = with.supplier.fresh();
    command.rows = {};
    if (house->known) {
      auto rows = linked_rows(*house->known, of, command.with.at);
      if (!rows) co_return rows.error();
      command.rows = std::move(*rows);
    } else if (house->at) {
      command.rows.cold.emplace_back(new_household(of, form, *house->at, command.with.at));
    }
    auto answer = co_await ask_entity(with.accounts, of.id, command);
    // The household's owner has not heard of it.
    if (house->known && !(answer && answer->refused)) with.households.reread({&house->known->id, 1});
    if (answer || tries == tries_max) co_return answer;
    const auto& why = answer.error();
    const bool number_taken = why.code == errc::conflict && why.detail == household::number_constraint;
    const bool household_changed = house->known && why.code == errc::unavailable;
    if (!number_taken && !household_changed) co_return answer;
  }
}

// What the password of a request that comes from another browser is worth: fills the command in, or answers.
asio::awaitable<std::optional<problem>> weigh_password(account_services& with, const request& in,
                                                       const account::state& of,
                                                       const confirmation_form& form,
                                                       account::confirm& command) {
  if (form.new_password) {
    if (auto weak = weak_password(with, "/new_password", *form.new_password, false, personal_words(of)))
      co_return weak;
    auto hash = co_await hash_password(with, *form.new_password);
    if (!hash) co_return problem_of(hash.error());
    command.new_password_hash = std::move(*hash);
    command.first_name = form.first_name;
    command.last_name = form.last_name;
    co_return std::nullopt;
  }
  if (!form.password) co_return problem_of(refusal{errc::password_required});
  guess attempt(with, in, "account:" + to_string(of.id));
  if (attempt.refused) co_return attempt.refused;
  const auto verdict = co_await verify_password(with, *form.password, of.password_hash);
  if (!verdict) co_return problem_of(verdict.error());
  if (!verdict->matches) co_return problem_of(refusal{errc::invalid_credentials});
  attempt.right();
  command.verified_against = of.password_hash;
  co_return std::nullopt;
}

bool asks_for_password(const outcome<account::proven>& answer) {
  return !answer && answer.error().code == errc::password_required;
}

asio::awaitable<response> confirm(account_services& with, request& in) {
  json::reader body(in);
  const auto form = read_confirmation(*body);
  if (auto bad = body.finish()) co_return *bad;
  address_guess attempt(with, in);
  if (attempt.refused) co_return *attempt.refused;

  const auto located = co_await locate(with, token_purpose::confirmation, form.proof);
  if (!located) co_return problem_of(located.error());
  const auto whose = located->whose;
  const auto view = co_await ask_entity(with.accounts, whose, account::get_view{});
  if (!view)
    co_return problem_of(view.error().code == errc::not_found ? refusal{errc::token_unknown} : view.error());

  account::confirm command;
  command.proof = located->proof;
  if (!form.new_password) {
    if (form.registration_token)
      command.registration = sha256(*form.registration_token);
    else if (const auto cookie = in.cookie(with.site.registration_cookie))
      command.registration = sha256(*cookie);
  }
  auto answer = co_await confirm_with_household(with, *view, form, command);
  if (asks_for_password(answer)) {
    attempt.right(); // the link or code was
    if (auto refused = co_await weigh_password(with, in, *view, form, command)) co_return *refused;
    answer = co_await confirm_with_household(with, *view, form, command);
  }
  if (auto refused = refusal_in(answer)) co_return *refused;
  attempt.right();

  const auto now = co_await ask_entity(with.accounts, whose, account::get_view{});
  if (!now) co_return problem_of(now.error());
  auto done = json_response(200, account_json(*now));
  if (in.cookie(with.site.registration_cookie))
    done.cookie(with.site.registration_cookie, "", std::chrono::seconds{0}, with.site.secure);
  co_return done;
}

} // namespace

asio::awaitable<response> post_confirmation(account_services& with, request& in) {
  return refuse_late(confirm(with, in));
}

asio::awaitable<response> post_confirmation_mail(account_services& with, request& in) {
  return send_asked_mail<account::resend_confirmation>(with, in, "confirmation_sent");
}

} // namespace foyer::http
