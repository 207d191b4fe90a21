#include "http/staff/mail_routes.hpp"

#include "actors/vocabulary/email.hpp"
#include "http/bind.hpp"
#include "http/mail_json.hpp"
#include "http/paging.hpp"
#include "http/staff/mail_preview.hpp"
#include "http/staff/office_services.hpp"
#include "http/staff/staff_request.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using mailer::kept_mail;
using runtime::await_reply;

outcome<mailer::mail_filter> filter_of(const request& in, const organisation_id& at) {
  const auto page = paging_of<mail_id>(in);
  if (!page) return page.error();
  mailer::mail_filter out;
  out.organisation = at;
  out.before = page->after;
  out.limit = page->limit;
  refusal bad{errc::invalid};
  if (const auto text = in.query("status").value_or(""); !text.empty()) {
    out.fate = mailer::parse_fate(text);
    if (!out.fate) bad.fields.push_back({"?status", "invalid"});
  }
  if (const auto text = in.query("household_id").value_or(""); !text.empty()) {
    const auto id = parse_uuid(text);
    if (!id) bad.fields.push_back({"?household_id", "invalid"});
    if (id) out.household = household_id{*id};
  }
  if (!bad.fields.empty()) return bad;
  return out;
}

asio::awaitable<response> page_of_mails(office_services& with, mailer::mail_filter which) {
  auto page = co_await await_reply<mailer::mail_page>(
      [&](reply<mailer::mail_page> back) { with.mails.list(which, std::move(back)); });
  if (!page) co_return problem_of(page.error());
  co_return json_response(200, mails_json(*page, mail_reader::staff));
}

asio::awaitable<response> list_mails(office_services& with, const staff_request& by, request& in) {
  auto which = filter_of(in, by.at->id);
  if (!which) co_return problem_of(which.error());
  co_return co_await page_of_mails(with, *which);
}

asio::awaitable<response> list_of_household(office_services& with, const staff_request& by,
                                            const household::state& of, request& in) {
  auto which = filter_of(in, by.at->id);
  if (!which) co_return problem_of(which.error());
  which->household = of.id;
  co_return co_await page_of_mails(with, *which);
}

asio::awaitable<outcome<kept_mail>> mail_of(office_services& with, const staff_request& by,
                                            const request& in) {
  const auto id = parse_uuid(in.parameter("mail"));
  if (!id) co_return errc::not_found;
  using maybe = std::optional<kept_mail>;
  auto found = co_await await_reply<maybe>(
      [&](reply<maybe> back) { with.mails.find(by.at->id, mail_id{*id}, std::move(back)); });
  if (!found) co_return found.error();
  if (!*found) co_return errc::not_found;
  co_return std::move(**found);
}

// As it would be sent now, without the secrets that it carried.
std::string mail_json(office_services& with, const staff_request& by, const kept_mail& of) {
  mailer::queued_mail mail;
  mail.id = of.shown.id;
  mail.template_name = of.shown.template_name;
  mail.locale = of.shown.locale;
  mail.to_address = of.shown.to_address;
  mail.to_name = of.shown.to_name;
  mail.params = of.params;
  mail.created_at = std::chrono::floor<std::chrono::milliseconds>(of.shown.created_at);
  sign_as(mail, *by.at);
  const auto seen = with.previewer.preview(mail, mailer::secrets::hidden);
  std::string body;
  json::writer out(body);
  out.begin_object();
  append_mail(out, of.shown, mail_reader::staff);
  out.key("content");
  if (seen) {
    out.begin_object();
    append_preview(out, *seen, mail);
    out.end_object();
  } else {
    out.null(); // its template is not what it was
  }
  out.end_object();
  return body;
}

asio::awaitable<response> get_mail(office_services& with, const staff_request& by, request& in) {
  auto found = co_await mail_of(with, by, in);
  if (!found) co_return problem_of(found.error());
  co_return json_response(200, mail_json(with, by, *found));
}

// Retry and abort: the database decides whether the mail is in a state for it.
asio::awaitable<response> change_mail(office_services& with, const staff_request& by, request& in,
                                      std::string action, const char* refused) {
  auto found = co_await mail_of(with, by, in);
  if (!found) co_return problem_of(found.error());
  const auto id = found->shown.id;
  commit rows;
  if (action == "mail.retry")
    rows.cold.emplace_back(mail_retried{by.at->id, id});
  else
    rows.cold.emplace_back(mail_aborted{by.at->id, id});
  auto entry = by.audit(std::move(action), "mail", id.value);
  entry.before = "{\"status\":\"" + std::string{mailer::to_string(found->shown.fate)} + "\"}";
  rows.cold.emplace_back(std::move(entry));
  auto written = co_await write_rows(with, std::move(rows));
  if (!written && written.error().code == errc::conflict) co_return conflict("conflict", refused);
  if (!written) co_return problem_of(written.error());
  found = co_await mail_of(with, by, in);
  if (!found) co_return problem_of(found.error());
  co_return json_response(200, mail_json(with, by, *found));
}

asio::awaitable<response> retry_mail(office_services& with, const staff_request& by, request& in) {
  return change_mail(with, by, in, "mail.retry",
                     "Only mails that failed, bounced, were suppressed or aborted are sent again, and whose "
                     "link is still good.");
}

asio::awaitable<response> abort_mail(office_services& with, const staff_request& by, request& in) {
  return change_mail(with, by, in, "mail.abort",
                     "Only mails that wait can be taken back, and no security mails.");
}

/// What is known of a client's address that gets nothing any more.
struct dead_address {
  std::optional<time_point> since;
  std::optional<std::string> told; // by a mail server, of a mail from here to this client
};

/// An address is dead for the whole installation, but what made it so may be the mail of another
/// organisation, which is that one's alone to read and to forgive.
asio::awaitable<outcome<dead_address>> look_at_address(office_services& with, const household::state& of) {
  dead_address out;
  if (of.email_key.empty()) co_return out;
  using maybe = std::optional<mailer::suppression>;
  const auto found = co_await await_reply<maybe>(
      [&](reply<maybe> back) { with.mails.find_suppression(of.email_key, std::move(back)); });
  if (!found) co_return found.error();
  if (!*found) co_return out;
  out.since = (*found)->at;
  mailer::mail_filter returned;
  returned.organisation = of.organisation;
  returned.household = of.id;
  returned.fate = mailer::fate::bounced;
  const auto own = co_await await_reply<mailer::mail_page>(
      [&](reply<mailer::mail_page> back) { with.mails.list(returned, std::move(back)); });
  if (!own) co_return own.error();
  for (const auto& mail : own->mails) {
    const auto address = parse_email(mail.to_address);
    if (address && address->key == of.email_key && !out.told) out.told = mail.error;
  }
  co_return out;
}

// H8: the client's page says why mails don't arrive.
asio::awaitable<response> get_suppression(office_services& with, const staff_request&,
                                          const household::state& of, request&) {
  const auto seen = co_await look_at_address(with, of);
  if (!seen) co_return problem_of(seen.error());
  std::string body;
  json::writer out(body);
  out.begin_object().field("suppressed", seen->since.has_value()).field("reason", seen->told);
  out.field("at", seen->told ? seen->since : std::nullopt).end_object();
  co_return json_response(200, std::move(body));
}

asio::awaitable<response> lift_suppression(office_services& with, const staff_request& by,
                                           const household::state& of, request&) {
  const auto seen = co_await look_at_address(with, of);
  if (!seen) co_return problem_of(seen.error());
  if (!seen->since) co_return no_content();
  if (!seen->told)
    co_return conflict("conflict",
                       "The mails that came back from this address were not this organisation's.");
  commit rows;
  rows.cold.emplace_back(suppression_lifted{of.email_key});
  rows.cold.emplace_back(by.audit("household.write_again", "household", of.id.value));
  auto written = co_await write_rows(with, std::move(rows));
  if (!written) co_return problem_of(written.error());
  co_return no_content();
}

} // namespace

void add_mail_routes(router& to, office_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff/";
  to.add(verb::get, base + "mails", bind_staff<list_mails>(with),
         staff_route("staff_list_mails", client_readers));
  to.add(verb::get, base + "mails/{mail}", bind_staff<get_mail>(with),
         staff_route("staff_get_mail", client_readers));
  to.add(verb::post, base + "mails/{mail}/retry", bind_staff<retry_mail>(with),
         staff_route("staff_retry_mail", client_writers));
  to.add(verb::post, base + "mails/{mail}/abort", bind_staff<abort_mail>(with),
         staff_route("staff_abort_mail", client_writers));
  const auto household = base + "households/{household}";
  to.add(verb::get, household + "/mails", bind_client<list_of_household>(with),
         staff_route("staff_list_household_mails", client_readers));
  to.add(verb::get, household + "/suppression", bind_client<get_suppression>(with),
         staff_route("staff_get_suppression", client_readers));
  to.add(verb::delete_, household + "/suppression", bind_client<lift_suppression>(with),
         staff_route("staff_lift_suppression", client_writers));
}

} // namespace foyer::http::staff
