#include "http/public/invitation.hpp"

#include "actors/account/username.hpp"
#include "http/account_flow.hpp"
#include "http/account_json.hpp"
#include "http/session.hpp"

#include <set>

namespace foyer::http {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

constexpr std::string_view username_constraint = "accounts_username_key_key";
/// How often a username that was made may be taken by somebody else meanwhile.
constexpr int username_tries = 5;

std::optional<refusal> why_dead(const account::token& of, time_point now) {
  if (of.state == account::token_state::used) return refusal{errc::token_used};
  if (of.state == account::token_state::replaced) return refusal{errc::token_replaced};
  if (of.expires_at <= now) return refusal{errc::token_expired};
  return std::nullopt;
}

// An account that has a household here already: that one goes into the one that it was invited to, with its
// balance, whatever it owes (H9). Its owner wants it, so nobody's floor counts.
asio::awaitable<std::optional<problem>> merge_own(account_services& with, const invitation& by,
                                                  const household::state& of, const account_id& whose,
                                                  const std::string& username) {
  auto own = co_await await_reply<household::maybe_id>([&](reply<household::maybe_id> back) {
    with.households.find_of_account(of.organisation, whose, std::move(back));
  });
  if (!own) co_return problem_of(own.error());
  if (!*own) co_return unavailable();
  merge::merge_households command;
  command.organisation = of.organisation;
  command.id = merge_id{new_uuid(account::unix_ms(with.supplier.now()))};
  command.into = of.id;
  command.from = **own;
  command.cause = merge_cause::invitation;
  const auto now = with.supplier.now();
  command.linked = household::link{whose, username, now, true, now};
  command.by = {wallet::actor_kind::system, whose, now};
  command.debts_too = true;
  command.rows.cold.emplace_back(token_used{by.token.id});
  const auto done = co_await merge::run(with.merging, std::move(command));
  if (done) co_return std::nullopt;
  co_return problem_of(done.error());
}

// Uses the token up: of two who accept at once, one is told to look again.
asio::awaitable<std::optional<problem>> link(account_services& with, const invitation& by,
                                             const household::state& of, const account_id& whose,
                                             const std::string& username) {
  household::link_account command;
  command.account = whose;
  command.account_username = username;
  command.at = with.supplier.now();
  command.box_office_since = command.at;
  command.everything_shown = true;
  command.rows.cold.emplace_back(token_used{by.token.id});
  const auto linked = co_await ask_entity(with.households, of.id, std::move(command));
  if (linked) co_return std::nullopt;
  if (linked.error().detail != household::account_constraint) co_return problem_of(linked.error());
  co_return co_await merge_own(with, by, of, whose, username);
}

asio::awaitable<response> link_own(account_services& with, request& in, invitation by,
                                   const household::state& of, const account::state& owner) {
  const auto* who = caller_of(in);
  const auto shown = token_of(in, with.site);
  if (who == nullptr || who->account == nullptr || !shown) co_return problem_of(errc::login_required);
  if (who->account->id != owner.id) co_return problem_of(errc::other_account);
  if (auto refused = co_await link(with, by, of, owner.id, owner.username)) co_return *refused;
  auto body = co_await session_json(with, who->live, std::string{shown->text}, false);
  if (!body) co_return problem_of(body.error());
  co_return json_response(200, std::move(*body));
}

account::open_invited command_of(const household::state& from, const email_address& email) {
  account::open_invited out;
  out.email = email;
  if (const auto* person = from.responsible_member()) {
    out.first_name = person->first_name;
    out.last_name = person->last_name;
    out.birth_date = person->birth_date;
  }
  out.locale = from.locale;
  out.website = from.website;
  out.newsletter = from.newsletter;
  out.organisation = from.organisation;
  return out;
}

// A8: what the receiver chose; else what staff proposed, while it is free; else made of the names.
asio::awaitable<outcome<std::string>> username_for(account_services& with, const account::open_invited& who,
                                                   const std::string& proposed) {
  if (account::is_username(proposed)) {
    const auto taken = co_await find_by_login(with, proposed);
    if (!taken) co_return taken.error();
    if (!*taken) co_return proposed;
  }
  const auto base = account::username_base(who.first_name, who.last_name);
  auto taken = co_await await_reply<std::set<std::string>>(
      [&](reply<std::set<std::string>> back) { with.finder.usernames_like(base, std::move(back)); });
  if (!taken) co_return taken.error();
  const auto year = who.birth_date ? std::optional{static_cast<int>(who.birth_date->year())} : std::nullopt;
  co_return account::free_username(base, year, *taken);
}

asio::awaitable<outcome<done>> open_account(account_services& with, const account_id& whose, bool there,
                                            account::open_invited command,
                                            const std::optional<std::string>& chosen,
                                            const std::string& proposed) {
  for (int left = username_tries;; --left) {
    if (!there && chosen) {
      command.username = *chosen;
    } else if (!there) {
      auto made = co_await username_for(with, command, proposed);
      if (!made) co_return made.error();
      command.username = std::move(*made);
    }
    command.with = with.supplier.fresh();
    auto answer = co_await ask_entity(with.accounts, whose, command);
    if (answer || answer.error().code != errc::conflict) co_return answer;
    // The address got an account meanwhile: whoever repeats this is told what to do about it.
    if (answer.error().detail != username_constraint) co_return errc::unavailable;
    if (chosen) co_return errc::username_taken;
    if (left == 1) co_return errc::unavailable;
  }
}

} // namespace

asio::awaitable<outcome<std::optional<invitation>>> find_invitation(account_services& with,
                                                                    std::string token) {
  using owner = std::optional<account::token_owner>;
  const auto hash = sha256(token);
  const auto found =
      co_await await_reply<owner>([&](reply<owner> back) { with.finder.by_token(hash, std::move(back)); });
  if (!found) co_return found.error();
  if (!*found || (*found)->token.purpose != token_purpose::invitation || !(*found)->household)
    co_return std::optional<invitation>{};
  invitation out{*(*found)->household, (*found)->token};
  co_return std::optional{std::move(out)};
}

asio::awaitable<response> accept_invitation(account_services& with, request& in, invitation by,
                                            acceptance chosen) {
  if (const auto dead = why_dead(by.token, with.supplier.now())) co_return problem_of(*dead);
  const auto address = parse_email(by.token.subject);
  const auto view = co_await merge::follow(with.households, by.household);
  if (!view && view.error().code != errc::not_found) co_return problem_of(view.error());
  if (!view || !address) co_return problem_of(errc::token_unknown);

  const auto found = co_await find_by_email(with, address->key);
  if (!found) co_return problem_of(found.error());
  account::state owner;
  if (*found) {
    auto state = co_await ask_entity(with.accounts, **found, account::get_view{});
    if (!state && state.error().code != errc::not_found) co_return problem_of(state.error());
    if (state) owner = std::move(*state);
  }
  if (view->account && (!owner.exists() || *view->account != owner.id))
    co_return problem_of(errc::other_account);
  if (owner.active) co_return co_await link_own(with, in, by, *view, owner);
  if (account_of(in) != nullptr) co_return problem_of(errc::other_account);

  if (!chosen.password) co_return invalid("/password", "required");
  if (chosen.username && !account::is_username(*chosen.username)) co_return invalid("/username", "invalid");
  auto command = command_of(*view, *address);
  bool staff = false;
  if (owner.exists()) {
    const auto has_role = co_await await_reply<bool>(
        [&](reply<bool> back) { with.finder.is_staff(owner.id, std::move(back)); });
    if (!has_role) co_return problem_of(has_role.error());
    staff = *has_role;
  }
  const std::vector<std::string> personal{address->shown, address->shown.substr(0, address->shown.find('@')),
                                          command.first_name + command.last_name};
  if (auto weak = weak_password(with, "/password", *chosen.password, staff, personal)) co_return *weak;
  auto hash = co_await hash_password(with, *chosen.password);
  if (!hash) co_return problem_of(hash.error());
  command.password_hash = std::move(*hash);

  const auto whose = owner.exists() ? owner.id : account_id{new_uuid(account::unix_ms(with.supplier.now()))};
  const auto opened = with.sessions.prepare_login(whose, false, staff,
                                                  session::device_of(in.header("user-agent").value_or("")),
                                                  std::string{in.remote_address});
  command.session = opened.row;
  // The account first: should the link be lost, the token is still good, and the account's session links it.
  const auto answer =
      co_await open_account(with, whose, owner.exists(), std::move(command), chosen.username, view->username);
  if (!answer) co_return problem_of(answer.error());
  const auto now = co_await ask_entity(with.accounts, whose, account::get_view{});
  if (!now) co_return problem_of(now.error());
  if (auto refused = co_await link(with, by, *view, whose, now->username)) co_return *refused;
  co_return co_await opened_response(with, opened, chosen.token_mode);
}

} // namespace foyer::http
