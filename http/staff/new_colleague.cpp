#include "http/staff/new_colleague.hpp"

#include "actors/account/username.hpp"
#include "actors/password/argon2.hpp"
#include "actors/vocabulary/json_text.hpp"
#include "actors/vocabulary/text.hpp"
#include "http/account_flow.hpp"

#include <set>

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

/// How often the address, or the username made for it, may be taken by somebody else meanwhile.
constexpr int tries_max = 5;

commit rows_of(const staff_request& by, const new_colleague& who, const account_id& account) {
  const std::string role{to_string(who.role)};
  auto entry = by.audit("staff.add", "account", account.value);
  entry.after = json_object{}.add("email", who.email.shown).add("role", role).text();
  commit rows;
  rows.cold.emplace_back(role_row{by.at->id, account, role, by.now});
  rows.cold.emplace_back(std::move(entry));
  return rows;
}

account::welcome_staff welcome_of(const staff_request& by, const new_colleague& who) {
  const auto local = who.email.shown.substr(0, who.email.shown.find('@'));
  account::welcome_staff out;
  out.email = who.email;
  out.password_hash = password::no_password;
  out.first_name = nfc(trimmed(who.first_name));
  out.last_name = nfc(trimmed(who.last_name));
  if (out.first_name.empty() && out.last_name.empty()) out.first_name = local;
  out.locale = who.locale.empty() ? by.at->locale : who.locale;
  out.organisation = by.at->id;
  out.role = to_string(who.role);
  return out;
}

// A8, for somebody of whom only the address may be known.
asio::awaitable<outcome<std::string>> username_for(account_services& with,
                                                   const account::welcome_staff& who) {
  const auto local = who.email.shown.substr(0, who.email.shown.find('@'));
  const auto base = who.last_name.empty() ? account::username_base({}, local)
                                          : account::username_base(who.first_name, who.last_name);
  auto taken = co_await await_reply<std::set<std::string>>(
      [&](reply<std::set<std::string>> back) { with.finder.usernames_like(base, std::move(back)); });
  if (!taken) co_return taken.error();
  co_return account::free_username(base, {}, *taken);
}

// One try. A conflict: the address or the username was taken, or the account confirmed, meanwhile.
asio::awaitable<outcome<account_id>> try_to_add(office_services& with, const staff_request& by,
                                                const new_colleague& who) {
  auto& accounts = with.accounts;
  const auto found = co_await find_by_email(accounts, who.email.key);
  if (!found) co_return found.error();
  account_id whose{by.fresh_id()};
  bool there = false;
  if (*found) {
    const auto view = co_await ask_entity(accounts.accounts, **found, account::get_view{});
    if (!view) co_return view.error().code == errc::not_found ? refusal{errc::conflict} : view.error();
    there = true;
    whose = **found;
    if (view->active) {
      auto written = co_await write_rows(with, rows_of(by, who, whose));
      if (!written) co_return written.error();
      co_return whose;
    }
  }
  auto command = welcome_of(by, who);
  if (!there) {
    auto username = co_await username_for(accounts, command);
    if (!username) co_return username.error();
    command.username = std::move(*username);
  }
  command.rows = rows_of(by, who, whose);
  command.with = accounts.supplier.fresh();
  auto answer = co_await ask_entity(accounts.accounts, whose, std::move(command));
  if (!answer) co_return answer.error();
  co_return whose;
}

} // namespace

asio::awaitable<colleague_answer> add_colleague(office_services& with, const staff_request& by,
                                                const new_colleague& who) {
  colleague_answer out;
  if (const auto wait = with.accounts.throttle.take(budget::mails, who.email.key, throttle::steady::now())) {
    out.refused = rate_limited(*wait);
    co_return out;
  }
  for (int left = tries_max; left > 0; --left) {
    auto added = co_await try_to_add(with, by, who);
    if (added) {
      out.account = *added;
      co_return out;
    }
    out.refused = problem_of(added.error());
    if (added.error().code != errc::conflict) co_return out;
  }
  co_return out;
}

} // namespace foyer::http::staff
