#include "http/mail_json.hpp"

namespace foyer::http {
namespace {

void append_text_or_null(json::writer& out, std::string_view key, std::string_view text) {
  out.key(key);
  if (text.empty())
    out.null();
  else
    out.value(text);
}

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
  append_text_or_null(out, "to_name", of.to_name);
  out.field("household_id", of.household).field("priority", name_of(of.priority));
  out.field("attempts", std::int64_t{of.attempts}).field("next_attempt_at", of.next_attempt_at);
  append_text_or_null(out, "error", of.error);
}

std::string mails_json(const mailer::mail_page& of, mail_reader by) {
  std::string body;
  json::writer out(body);
  out.begin_object().key("items").begin_array();
  for (const auto& each : of.mails) {
    out.begin_object();
    append_mail(out, each, by);
    out.end_object();
  }
  out.end_array().key("next_cursor");
  if (of.more)
    out.value(of.mails.back().id);
  else
    out.null();
  out.end_object();
  return body;
}

} // namespace foyer::http
