#include "mail/sender.hpp"

#include "mail/params.hpp"

#include <stdexcept>

namespace foyer::mail {
namespace {

/// Characters of first and last name together.
constexpr std::size_t full_name_max = 80;

class rendering_sender final : public mailer::sender {
public:
  rendering_sender(mailbox_name from, std::unique_ptr<renderer> render, std::unique_ptr<transport> carry,
                   std::shared_ptr<const dkim_signer> sign)
      : from_(std::move(from)), render_(std::move(render)), carry_(std::move(carry)), sign_(std::move(sign)) {
  }

  mailer::delivery send(const mailer::queued_mail& mail) override {
    const auto& settings = settings_of(mail);
    auto filled =
        render_->render(mail.template_name, mail.locale, mail.params, {mail.organisation_name, settings});
    if (!filled) return {mailer::verdict::refused, filled.error().detail};

    message out;
    out.id = to_string(mail.id);
    // One address sends for all organisations, since its domain must vouch for it; the name is the
    // organisation's.
    out.from = {mail.organisation_name.empty() ? from_.name : mail.organisation_name, from_.address};
    out.to = {greeting_name(mail.to_name, full_name_max), mail.to_address};
    out.reply_to = settings.reply_to;
    out.date = std::chrono::floor<std::chrono::seconds>(mail.created_at);
    out.language = mail.locale == "fr" ? "fr" : "en";
    out.subject = std::move(filled->subject);
    out.text = std::move(filled->text);
    out.html = std::move(filled->html);
    out.unsubscribe_url = std::move(filled->unsubscribe_url);
    auto encoded = encode(out);
    if (!encoded) return {mailer::verdict::refused, "the recipient's address can't be used"};
    if (sign_) encoded->bytes.insert(0, sign_->sign(encoded->bytes));
    return carry_->deliver(out.id, *encoded);
  }

private:
  /// Mails come in rows of one organisation: what was read last is kept.
  const organisation::settings& settings_of(const mailer::queued_mail& mail) {
    if (mail.organisation_settings != settings_json_) {
      settings_ = organisation::settings_from_json(mail.organisation_settings);
      settings_json_ = mail.organisation_settings;
    }
    return settings_;
  }

  mailbox_name from_;
  std::unique_ptr<renderer> render_;
  std::unique_ptr<transport> carry_;
  std::shared_ptr<const dkim_signer> sign_;
  std::string settings_json_;
  organisation::settings settings_;
};

} // namespace

std::unique_ptr<mailer::sender> create_sender(const std::string& from, std::unique_ptr<renderer> render,
                                              std::unique_ptr<transport> carry,
                                              std::shared_ptr<const dkim_signer> sign) {
  auto mailbox = parse_mailbox(from);
  if (!mailbox) throw std::invalid_argument("mail.from is no address: " + from);
  return std::make_unique<rendering_sender>(std::move(*mailbox), std::move(render), std::move(carry),
                                            std::move(sign));
}

} // namespace foyer::mail
