#include "http/staff/mail_preview.hpp"

namespace foyer::http::staff {
namespace {

void append_address(json::writer& out, std::string_view key, const std::string& name,
                    const std::string& address) {
  out.key(key);
  if (address.empty()) {
    out.null();
    return;
  }
  out.begin_object().field("name", name).field("address", address).end_object();
}

} // namespace

mailer::queued_mail mail_to(const household::state& of, const organisation::snapshot& from, time_point now) {
  mailer::queued_mail out;
  out.locale = of.locale;
  out.to_address = of.email;
  if (const auto* person = of.responsible_member())
    out.to_name = person->first_name + ' ' + person->last_name;
  out.created_at = std::chrono::floor<std::chrono::milliseconds>(now);
  sign_as(out, from);
  return out;
}

void sign_as(mailer::queued_mail& to, const organisation::snapshot& from) {
  to.organisation_name = from.name;
  to.organisation_slug = from.slug;
  to.organisation_settings = organisation::to_json(from.options);
}

void append_preview(json::writer& out, const mailer::previewed& of, const mailer::queued_mail& mail) {
  out.field("template", mail.template_name).field("locale", mail.locale);
  append_address(out, "from", of.from_name, of.from_address);
  append_address(out, "to", of.to_name, of.to_address);
  out.field_or_null("reply_to", of.reply_to);
  out.field("subject", of.subject).field("text", of.text).field("html", of.html);
}

} // namespace foyer::http::staff
