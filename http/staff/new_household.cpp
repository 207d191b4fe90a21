#include "http/staff/new_household.hpp"

#include "actors/vocabulary/json_text.hpp"
#include "http/account_flow.hpp"
#include "http/bind.hpp"
#include "http/household_json.hpp"
#include "http/json/reader.hpp"
#include "http/staff/household_form.hpp"
#include "http/staff/staff_request.hpp"
#include "http/version.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;

/// Among a billion client numbers a second try is rare and a fifth can't happen by chance.
constexpr int number_tries = 5;

household::state state_of(const staff_request& by, const new_client& typed) {
  auto made = household::first_household(by.at->id, household_id{by.fresh_id()}, member_id{by.fresh_id()},
                                         typed.who, household::new_number(),
                                         typed.further.locale.value_or(by.at->locale), by.now);
  made.members.front().phone = typed.who.phone;
  made.phone = typed.further.phone.value_or(typed.who.phone);
  made.address = typed.further.address.value_or("");
  made.tags = typed.further.tags.value_or(std::vector<std::string>{});
  made.newsletter = typed.further.newsletter.value_or(false);
  made.username = typed.further.username.value_or("");
  made.website = typed.further.website.value_or("");
  return made;
}

// H2: whether the mail asks to link an account that is there, instead of choosing a password.
asio::awaitable<outcome<bool>> has_account(account_services& with, std::string email_key) {
  const auto found = co_await find_by_email(with, std::move(email_key));
  if (!found) co_return found.error();
  if (!*found) co_return false;
  const auto view = co_await ask_entity(with.accounts, **found, account::get_view{});
  if (!view && view.error().code != errc::not_found) co_return view.error();
  co_return view && view->active;
}

// The token is for the address that it is mailed to, whatever the contact address becomes later.
void invite(household::create& command, const account::supplies& with, bool account_there) {
  auto& to = command.what;
  to.status = household::status::invited;
  token_row token;
  token.id = with.token.id;
  token.purpose = token_purpose::invitation;
  token.hash = with.token.hash;
  token.organisation = to.organisation;
  token.household = to.id;
  token.subject = to.email;
  token.created_at = with.at;
  token.expires_at = with.at + with.limits.invitation;
  const auto& person = to.members.front();
  json_object params;
  params.add("first_name", person.first_name).add("token_id", to_string(token.id));
  if (account_there) params.add("has_account", "true");
  mail_row mail;
  mail.id = with.mail;
  mail.organisation = to.organisation;
  mail.template_name = "household_activation";
  mail.locale = to.locale;
  mail.to_address = to.email;
  mail.to_name = person.first_name + ' ' + person.last_name;
  mail.params = params.text();
  mail.priority = mail_priority::order;
  mail.at = with.at;
  mail.household = to.id;
  command.rows.cold.emplace_back(std::move(token));
  command.rows.mails.push_back(std::move(mail));
}

asio::awaitable<response> created(office_services& with, const staff_request& by,
                                  const household::state& made) {
  auto purse = co_await ask_entity(with.house.wallets, made.id, wallet::get_view{});
  if (!purse) co_return problem_of(purse.error());
  auto answer = record_response(201, household_json(made, *purse, by.unit()), made.version);
  co_return std::move(answer).header("Location", "/api/v1/orgs/" + by.at->slug + "/staff/households/" +
                                                     to_string(made.id));
}

asio::awaitable<response> post_household(office_services& with, const staff_request& by, request& in) {
  json::reader form(in);
  const auto typed = read_new_client(*form, by.now);
  if (auto bad = form.finish()) co_return *bad;
  const bool invited = typed.send_notification && !typed.who.email.empty();
  outcome<bool> account_there = false;
  if (invited) account_there = co_await has_account(with.accounts, typed.who.email_key);
  if (!account_there) co_return problem_of(account_there.error());
  for (int left = number_tries;; --left) {
    household::create command;
    command.what = state_of(by, typed);
    const auto id = command.what.id;
    if (invited) invite(command, with.accounts.supplier.fresh(), *account_there);
    command.audit = {by.audit("household.create", "household", id.value), household_record_json};
    auto made = co_await ask_entity(with.house.households, id, std::move(command));
    if (made) co_return co_await created(with, by, *made);
    if (left == 1 || made.error().detail != household::number_constraint) co_return problem_of(made.error());
  }
}

} // namespace

void add_new_household_route(router& to, office_services& with) {
  to.add(verb::post, "/api/v1/orgs/{org}/staff/households", bind_staff<post_household>(with),
         staff_route("staff_create_household", client_writers));
}

} // namespace foyer::http::staff
