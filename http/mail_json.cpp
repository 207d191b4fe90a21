#include "http/mail_json.hpp"

#include "http/list_json.hpp"
#include "http/paging.hpp"

namespace foyer::http {
namespace {

std::string_view name_of(mail_priority of) {
  switch (of) {
  case mail_priority::security: return "security";
  case mail_priority::order: return "order";
  case mail_priority::bulk: return "bulk";
  }
  return "order";
}

} // namespace

void append_mail(json::writer& out, const mailer::listed_mail& of, mail_reader by) {
  out.field("id", of.id).field("template", of.template_name).field("locale", of.locale);
  out.field("to_address", of.to_address).field("status", mailer::to_string(of.fate));
  out.field("created_at", of.created_at).field("sent_at", of.sent_at);
  if (by == mail_reader::buyer) return;
  out.field_or_null("to_name", of.to_name)
      .field("household_id", of.household)
      .field("priority", name_of(of.priority));
  out.field("attempts", std::int64_t{of.attempts}).field("next_attempt_at", of.next_attempt_at);
  out.field_or_null("error", of.error);
}

std::string mails_json(const mailer::mail_page& of, mail_reader by) {
  const auto append = [by](json::writer& out, const mailer::listed_mail& each) {
    out.begin_object();
    append_mail(out, each, by);
    out.end_object();
  };
  return list_json(of.mails, append, next_cursor(of.more, of.mails, &mailer::listed_mail::id));
}

} // namespace foyer::http
