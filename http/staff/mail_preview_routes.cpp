#include "actors/checkout/refund_mail.hpp"
#include "actors/vocabulary/json_text.hpp"
#include "http/account_flow.hpp"
#include "http/bind.hpp"
#include "http/json/reader.hpp"
#include "http/staff/campaign_reading.hpp"
#include "http/staff/invitation_form.hpp"
#include "http/staff/mail_preview.hpp"
#include "http/staff/mail_routes.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using mailer::queued_mail;
using runtime::ask_entity;
using runtime::await_reply;

/// What is previewed: the mails that staff cause. Balance mails have a route of their own.
enum class what {
  household_activation,
  invitation,
  staff_welcome,
  order_confirmation,
  order_paid,
  order_expired,
  order_refunded
};

/// In place of a token that is made when the mail is: previews show dots.
const std::string no_token = to_string(uuid{});

struct asked {
  what kind = what::invitation;
  std::optional<household_id> household;
  std::string first_name;
  std::string email;
  std::string locale;
  std::string role;
  std::string order_number;
  campaign::texts texts;
};

asked read_asked(const json::object& form, const staff_request& by) {
  constexpr what kinds[] = {what::household_activation, what::invitation, what::staff_welcome,
                            what::order_confirmation,   what::order_paid, what::order_expired,
                            what::order_refunded};
  asked out;
  out.kind =
      kinds[form.choice("template", {"household_activation", "invitation", "staff_welcome",
                                     "order_confirmation", "order_paid", "order_expired", "order_refunded"})];
  const auto locale = form.optional_choice("locale", {"fr", "en"});
  out.locale = locale ? (*locale == 1 ? "en" : "fr") : by.at->locale;
  switch (out.kind) {
  case what::invitation:
  case what::household_activation:
    if (const auto id = form.optional_uuid("household_id")) {
      out.household = household_id{*id};
    } else {
      out.first_name = form.optional_text("first_name", json::a_name).value_or("");
      out.email = form.optional_text("email", {.max = 254}).value_or("");
    }
    if (out.kind == what::invitation)
      if (const auto texts = form.optional_child("texts")) out.texts = read_texts(texts);
    break;
  case what::staff_welcome:
    out.role = organisation::to_string(
        organisation::all_roles[form.choice("role", {"administrator", "box_office", "editor", "auditor"})]);
    out.email = form.optional_text("email", {.max = 254}).value_or("");
    break;
  default: out.order_number = form.text("order_number", {.max = 32});
  }
  return out;
}

// H2: whether the mail asks to link an account that is there, instead of choosing a password. Only for
// clients' addresses: of one that is typed, that would tell who has an account, past what counts such
// questions (look_up_address).
asio::awaitable<outcome<bool>> has_account(office_services& with, std::string email_key) {
  if (email_key.empty()) co_return false;
  const auto found = co_await find_by_email(with.accounts, std::move(email_key));
  if (!found) co_return found.error();
  if (!*found) co_return false;
  const auto view = co_await ask_entity(with.accounts.accounts, **found, account::get_view{});
  if (!view && view.error().code != errc::not_found) co_return view.error();
  co_return view && view->active;
}

outcome<queued_mail> queued(const outcome<mail_row>& row) {
  if (!row) return row.error();
  queued_mail out;
  out.locale = row->locale;
  out.to_address = row->to_address;
  out.to_name = row->to_name;
  out.template_name = row->template_name;
  out.params = row->params;
  return out;
}

asio::awaitable<outcome<queued_mail>> order_mail_of(office_services& with, const staff_request& by,
                                                    const asked& form) {
  auto found = co_await await_reply<order::state>([&](reply<order::state> back) {
    with.house.orders.load_order(by.at->id, form.order_number, std::move(back));
  });
  if (!found) co_return found.error();
  if (form.kind == what::order_refunded)
    co_return queued(checkout::preview_refund_mail(*found, *by.at, by.now));
  const char* name = form.kind == what::order_confirmation ? "order_confirmation"
                     : form.kind == what::order_paid       ? "order_paid"
                                                           : "order_expired";
  co_return queued(checkout::order_mail(name, *found, *by.at, found->buyer_email, by.now));
}

asio::awaitable<outcome<queued_mail>> client_mail_of(office_services& with, const staff_request& by,
                                                     const asked& form) {
  household::state to;
  to.email = form.email;
  to.locale = form.locale;
  bool linked = false;
  if (form.household) {
    auto found = co_await ask_entity(with.house.households, *form.household, household::get_view{});
    if (!found) co_return found.error();
    if (found->organisation != by.at->id) co_return errc::not_found;
    to = std::move(*found);
    const auto known = co_await has_account(with, to.email_key);
    if (!known) co_return known.error();
    linked = *known;
  }
  auto out = mail_to(to, *by.at, by.now);
  const auto* person = to.responsible_member();
  json_object params;
  params.add("first_name", person == nullptr ? form.first_name : person->first_name)
      .add("token_id", no_token);
  if (linked) params.add("has_account", "true");
  out.template_name = "household_activation";
  if (form.kind == what::invitation) {
    auto kept = co_await await_reply<campaign::texts>(
        [&](reply<campaign::texts> back) { with.campaigns.find_texts(by.at->id, std::move(back)); });
    if (!kept) co_return kept.error();
    const auto whole =
        campaign::filled(form.texts, campaign::filled(*kept, campaign::default_texts(by.at->name)));
    const auto& words = whole.in(out.locale);
    out.template_name = "invitation";
    params.add("household_id", no_token).add("subject_line", words.subject).add("text", words.text);
  }
  out.params = params.text();
  co_return out;
}

queued_mail welcome_of(const asked& form) {
  queued_mail out;
  out.template_name = "staff_welcome";
  out.locale = form.locale;
  out.to_address = form.email;
  out.params = json_object{}.add("role", form.role).add("token_id", no_token).text();
  return out;
}

asio::awaitable<response> post_preview(office_services& with, const staff_request& by, request& in) {
  json::reader form(in);
  const auto typed = read_asked(*form, by);
  if (auto bad = form.finish()) co_return *bad;
  outcome<queued_mail> mail = welcome_of(typed);
  if (!typed.order_number.empty())
    mail = co_await order_mail_of(with, by, typed);
  else if (typed.kind != what::staff_welcome)
    mail = co_await client_mail_of(with, by, typed);
  if (!mail) co_return problem_of(mail.error());
  mail->created_at = std::chrono::floor<std::chrono::milliseconds>(by.now);
  sign_as(*mail, *by.at);
  const auto seen = with.previewer.preview(*mail, mailer::secrets::hidden);
  if (!seen) co_return problem_of(seen.error());
  std::string body;
  json::writer out(body);
  out.begin_object();
  append_preview(out, *seen, *mail);
  out.end_object();
  co_return json_response(200, std::move(body));
}

} // namespace

void add_mail_preview_routes(router& to, office_services& with) {
  to.add(verb::post, "/api/v1/orgs/{org}/staff/mails/preview", bind_staff<post_preview>(with),
         staff_route("staff_preview_mail", client_writers));
}

} // namespace foyer::http::staff
