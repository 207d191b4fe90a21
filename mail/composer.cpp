#include "mail/composer.hpp"

#include "mail/bounce.hpp"
#include "mail/params.hpp"

#include <stdexcept>

namespace foyer::mail {
namespace {

/// Characters of first and last name together.
constexpr std::size_t full_name_max = 80;

} // namespace

composer::composer(mailbox_name from, std::string return_to, const server_secret& secret,
                   std::unique_ptr<renderer> render)
    : from_(std::move(from)), return_to_(std::move(return_to)), secret_(secret), render_(std::move(render)) {}

outcome<message> composer::compose(const mailer::queued_mail& mail, bool secrets_hidden) {
  const auto& settings = settings_of(mail);
  auto filled = render_->render(mail.template_name, mail.locale, mail.params,
                                {mail.organisation_name, settings, mail.organisation_slug, secrets_hidden});
  if (!filled) return filled.error();

  message out;
  out.id = to_string(mail.id);
  // One address sends for all organisations, since its domain must vouch for it; the name is the
  // organisation's.
  out.from = {settings.sender_name, from_.address};
  if (out.from.name.empty())
    out.from.name = mail.organisation_name.empty() ? from_.name : mail.organisation_name;
  out.to = {greeting_name(mail.to_name, full_name_max), mail.to_address};
  out.reply_to = settings.reply_to;
  if (!return_to_.empty()) out.return_to = return_address(return_to_, mail.id, secret_);
  out.date = std::chrono::floor<std::chrono::seconds>(mail.created_at);
  out.language = mail.locale == "fr" ? "fr" : "en";
  out.subject = std::move(filled->subject);
  out.text = std::move(filled->text);
  out.html = std::move(filled->html);
  out.unsubscribe_url = std::move(filled->unsubscribe_url);
  return out;
}

std::unique_ptr<composer> create_composer(const config::settings& settings, const server_secret& secret) {
  const auto& mail = settings.mail;
  auto from = parse_mailbox(mail.from);
  if (!from) throw std::invalid_argument("mail.from: no address that mails can come from: " + mail.from);
  if (!mail.bounce_address.empty()) {
    // What is added for each mail has to fit into the 64 characters before the @ (RFC 5321).
    const auto usable = wire_address(return_address(mail.bounce_address, mail_id{}, secret));
    if (!usable || usable->find('@') > 64)
      throw std::invalid_argument(
          "mail.bounce_address: no address with at most 14 characters before the @: " + mail.bounce_address);
  }
  return std::make_unique<composer>(std::move(*from), mail.bounce_address, secret,
                                    create_renderer(settings, secret));
}

// Mails come in rows of one organisation: what was read last is kept.
const organisation::settings& composer::settings_of(const mailer::queued_mail& mail) {
  if (mail.organisation_settings != settings_json_) {
    settings_ = organisation::settings_from_json(mail.organisation_settings);
    settings_json_ = mail.organisation_settings;
  }
  return settings_;
}

} // namespace foyer::mail
