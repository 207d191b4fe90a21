#include "mail/pool.hpp"

#include "mail/sender.hpp"

#include <stdexcept>

namespace foyer::mail {
namespace {

mailer::dispatch_options dispatch_options_of(const config::mail_settings& mail) {
  mailer::dispatch_options out;
  out.workers = static_cast<int>(mail.workers);
  out.rate_per_second = static_cast<double>(mail.rate_per_second);
  out.bulk_rate_per_second = static_cast<double>(mail.bulk_rate_per_second);
  out.claim_max = static_cast<int>(mail.claim_max);
  out.send_deadline = mail.send_deadline;
  // A lease that ended during an attempt would let somebody else send the same mail.
  out.lease = std::max(mail.lease, 3 * mail.send_deadline);
  out.retry = {mail.retry_first, mail.retry_max, mail.retry_for};
  // A receiver that is away keeps the others waiting no longer than the mail that met it.
  out.pause_first = std::min<std::chrono::milliseconds>(out.pause_first, mail.retry_first);
  out.pause_max = std::min<std::chrono::milliseconds>(out.pause_max, mail.retry_max);
  return out;
}

smtp_options smtp_options_of(const config::mail_settings& mail) {
  smtp_options out;
  out.url = mail.smtp_url;
  if (const auto from = parse_mailbox(mail.from))
    if (const auto address = wire_address(from->address)) out.helo = domain_of(*address);
  out.starttls = mail.starttls;
  out.connect_deadline = mail.connect_deadline;
  out.send_deadline = mail.send_deadline;
  return out;
}

} // namespace

std::unique_ptr<mailer::pool> create_pool(caf::actor_system& system, const config::settings& settings,
                                          const server_secret& secret, mailer::outbox_factory outbox,
                                          pool_parts parts) {
  create_composer(settings, secret); // throws here, not in the mailers' threads
  std::shared_ptr<const dkim_signer> sign;
  if (!settings.mail.dkim_key.empty()) {
    auto made =
        create_dkim_signer(settings.mail.dkim_domain, settings.mail.dkim_selector, settings.mail.dkim_key);
    if (!made) throw std::invalid_argument(made.error().detail);
    sign = std::move(*made);
  }
  auto cancel = std::make_shared<std::atomic<bool>>(false);
  auto make_sender = [settings, &secret, cancel, sign, box = parts.mailbox]() {
    std::unique_ptr<transport> carry;
    if (!settings.mail.smtp_url.empty())
      carry = create_smtp_transport(smtp_options_of(settings.mail), cancel);
    else
      carry = create_file_transport(settings.mail_dir(), [box](const std::string& id) {
        if (box) box->added(id);
      });
    return create_sender(create_composer(settings, secret), std::move(carry), sign);
  };
  mailer::pool_options options;
  options.dispatch = dispatch_options_of(settings.mail);
  options.stop_deadline = settings.mail.stop_deadline;
  options.log = std::move(parts.log);
  return mailer::create_pool(system, std::move(options), std::move(outbox), std::move(make_sender), cancel);
}

} // namespace foyer::mail
