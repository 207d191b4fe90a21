#include "http/staff/balance_mail_routes.hpp"

#include "http/bind.hpp"
#include "http/json/reader.hpp"
#include "http/json/writer.hpp"
#include "http/paging.hpp"
#include "http/staff/balance_filter.hpp"
#include "http/staff/campaign_reading.hpp"
#include "http/staff/invitation_form.hpp"
#include "http/staff/mail_preview.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using campaign::reason;
using campaign::selection;
using runtime::ask_entity;

/// Longer than "never" or a day.
constexpr std::size_t last_mail_max = 20;

selection one_client(const staff_request& by, const household_id& which) {
  selection out;
  out.organisation = by.at->id;
  out.kind = campaign::kind::balance;
  out.group = campaign::group::one;
  out.household = which;
  return out;
}

selection read_filter(const json::object& form, const organisation_id& at) {
  constexpr campaign::group groups[] = {campaign::group::positive, campaign::group::negative};
  selection out;
  out.organisation = at;
  out.kind = campaign::kind::balance;
  if (const auto sign = form.optional_choice("balance", {"positive", "negative"})) out.group = groups[*sign];
  if (const auto typed = form.optional_text("last_mail", {.max = last_mail_max})) {
    const auto when = parse_last_mail(*typed);
    if (!when) form.note("last_mail", "invalid");
    if (when) out.mailed_before = when->before;
    if (when) out.mailed_since = when->since;
  }
  return out;
}

// Why one client gets no balance mail.
problem refused(reason why) {
  const std::string name{campaign::to_string(why)};
  if (why == reason::space_closed)
    return problem_of(
        refusal{errc::space_closed, "The customer space is closed in every online point of sale."});
  auto out = conflict("conflict", "This client gets no balance mail: " + name + ".");
  json::writer(out.members).key("reason").value(name);
  return out;
}

// What the mail would be, by what the mailers send it with.
asio::awaitable<response> get_preview(office_services& with, const staff_request& by,
                                      const household::state& of, request&) {
  auto purse = co_await ask_entity(with.house.wallets, of.id, wallet::get_view{});
  if (!purse) co_return problem_of(purse.error());
  if (purse->balance == 0) co_return refused(reason::no_balance);
  const auto which = one_client(by, of.id);
  const auto why = co_await why_not(with, which);
  if (!why) co_return problem_of(why.error());

  auto mail = mail_to(of, *by.at, by.now);
  mail.template_name = campaign::balance_template(purse->balance);
  const auto* person = of.responsible_member();
  mail.params =
      campaign::balance_params({of.id, of.number, person == nullptr ? std::string{} : person->first_name,
                                money{purse->balance, by.unit()}, by.now});
  mail.params.back() = ',';
  mail.params += "\"key_version\":" + std::to_string(of.key_version) + '}';
  const auto seen = with.previewer.preview(mail, mailer::secrets::hidden);
  if (!seen) co_return problem_of(seen.error());
  std::string body;
  json::writer out(body);
  out.begin_object().field("household_id", of.id).field("balance", money{purse->balance, by.unit()});
  out.key("refused");
  if (*why)
    out.value(campaign::to_string(**why));
  else
    out.null();
  out.field("last_balance_mail_at", of.last_balance_mail_at);
  append_preview(out, *seen, mail);
  out.end_object();
  co_return json_response(200, std::move(body));
}

// Writes the campaign; its mails are made by the queue, which survives a crash. A key that was used before
// gets the first answer; without a key nothing is kept.
asio::awaitable<response> send(office_services& with, request& in, const staff_request& by, selection which,
                               staff_change_row audit) {
  const auto id = audit.subject_kind == "campaign" && audit.subject ? *audit.subject : by.fresh_id();
  campaign::overview made;
  made.id = campaign_id{id};
  made.of = which;
  made.by = by.who.id;
  made.created_at = by.now;
  const auto answer = campaign_json(made, nullptr);
  auto run = [&](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    commit rows;
    rows.cold.emplace_back(campaign_row_of(which, id, by));
    rows.cold.emplace_back(std::move(audit));
    if (!prefilled.id.is_nil()) {
      prefilled.answer = answer;
      rows.idempotency.push_back(std::move(prefilled));
    }
    auto written = co_await write_rows(with, std::move(rows));
    if (!written) co_return written.error();
    with.campaign_queue.wake();
    co_return answer;
  };
  if (in.header("idempotency-key"))
    co_return co_await with.house.idempotent.once(in, by.at, by.principal(), run);
  idempotency_row not_kept;
  auto written = co_await run(std::move(not_kept));
  if (!written) co_return problem_of(written.error());
  co_return json_response(201, std::move(*written));
}

asio::awaitable<response> post_one(office_services& with, const staff_request& by, const household::state& of,
                                   request& in) {
  const auto which = one_client(by, of.id);
  const auto why = co_await why_not(with, which);
  if (!why) co_return problem_of(why.error());
  if (*why) co_return refused(**why);
  auto audit = by.audit("balance_mail.send", "household", of.id.value);
  co_return co_await send(with, in, by, which, std::move(audit));
}

asio::awaitable<response> post_filter(office_services& with, const staff_request& by, request& in) {
  json::reader form(in);
  const auto which = read_filter(*form, by.at->id);
  if (auto bad = form.finish()) co_return *bad;
  if (!by.at->customer_space_open()) co_return refused(reason::space_closed);
  auto audit = by.audit("balance_mail.send_all", "campaign", by.fresh_id());
  audit.after = in.body;
  co_return co_await send(with, in, by, which, std::move(audit));
}

asio::awaitable<response> post_filter_preview(office_services& with, const staff_request& by, request& in) {
  const auto page = paging_of<household_id>(in);
  if (!page) co_return problem_of(page.error());
  json::reader form(in);
  const auto which = read_filter(*form, by.at->id);
  if (auto bad = form.finish()) co_return *bad;
  const auto seen = co_await preview_of(with, which, page->after, page->limit);
  if (!seen) co_return problem_of(seen.error());
  co_return json_response(200, balance_preview_json(*seen, by.unit()));
}

} // namespace

std::optional<last_mail> parse_last_mail(std::string_view text) {
  constexpr time_point ever{};
  if (text == "never") return last_mail{ever, std::nullopt};
  if (text == "sent") return last_mail{std::nullopt, ever};
  const auto day = json::parse_date(text);
  if (!day) return std::nullopt;
  return last_mail{time_point{std::chrono::sys_days{*day}.time_since_epoch()}, std::nullopt};
}

void add_balance_mail_routes(router& to, office_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff/wallets";
  const auto one = base + "/{household}/balance-mail";
  const auto all = base + "/balance-mails";
  to.add(verb::get, one, bind_client<get_preview>(with),
         staff_route("staff_preview_balance_mail", client_readers));
  to.add(verb::post, one, bind_client<post_one>(with),
         staff_route("staff_send_balance_mail", client_writers));
  to.add(verb::post, all, bind_staff<post_filter>(with),
         staff_route("staff_send_balance_mails", client_writers));
  to.add(verb::post, all + "/preview", bind_staff<post_filter_preview>(with),
         staff_route("staff_preview_balance_mails", client_writers));
  add_campaign_reading(
      to, with, campaign::kind::balance, all,
      {"staff_list_balance_mailings", "staff_get_balance_mailing", "staff_balance_mailing_events"});
}

} // namespace foyer::http::staff
