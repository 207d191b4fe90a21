#include "cli/routes.hpp"

#include "http/buyer/file_routes.hpp"
#include "http/buyer/household_routes.hpp"
#include "http/buyer/me_routes.hpp"
#include "http/buyer/my_orders_routes.hpp"
#include "http/buyer/my_papers_routes.hpp"
#include "http/buyer/repay_routes.hpp"
#include "http/buyer/wallet_routes.hpp"
#include "http/operations/dev_mail.hpp"
#include "http/public/account_routes.hpp"
#include "http/public/link_pages.hpp"
#include "http/public/organisation_routes.hpp"
#include "http/public/unsubscribe.hpp"
#include "http/staff/address_check.hpp"
#include "http/staff/balance_mail_routes.hpp"
#include "http/staff/billing_routes.hpp"
#include "http/staff/client_file_routes.hpp"
#include "http/staff/course_routes.hpp"
#include "http/staff/door_routes.hpp"
#include "http/staff/export_routes.hpp"
#include "http/staff/household_routes.hpp"
#include "http/staff/invitation_routes.hpp"
#include "http/staff/link_routes.hpp"
#include "http/staff/logo_routes.hpp"
#include "http/staff/mail_routes.hpp"
#include "http/staff/merge_routes.hpp"
#include "http/staff/new_household.hpp"
#include "http/staff/offer_routes.hpp"
#include "http/staff/paper_routes.hpp"
#include "http/staff/people_routes.hpp"
#include "http/staff/record_routes.hpp"
#include "http/staff/refund_routes.hpp"
#include "http/staff/settings_routes.hpp"
#include "http/staff/tag_routes.hpp"
#include "http/staff/takings_routes.hpp"
#include "http/staff/wallet_routes.hpp"
#include "mail/bounce.hpp"
#include "mail/previewer.hpp"
#include "papers/canvas.hpp"

#include <boost/url/parse.hpp>
#include <spdlog/spdlog.h>

namespace foyer::cli {
namespace {

// Below the handler's deadline, so that a wait ends with an answer.
constexpr std::chrono::seconds mailbox_wait_max{10};

} // namespace

routes::routes(parts& with, std::shared_ptr<mailer::mailbox> mailbox, campaign::queue& campaigns,
               imports::queue& importer)
    : site(http::site_of(with.settings.server.public_url)),
      throttle(http::create_throttle(with.settings)), gate{*with.sessions, *with.organisations, with.secret,
                                                           site},
      accounts{*with.accounts,      *with.load.account_finder, with.supplies, *with.sessions, *with.hashes,
               *with.organisations, *with.households,          *throttle,     site,           with.settings,
               with.merging},
      house{*with.organisations, *with.households,  *with.load.household_list,
            *with.wallets,       *with.load.ledger, *with.offers,
            *with.load.offers,   *with.load.orders, *with.idempotent,
            with.clock,          with.secret,       *with.sessions,
            *with.load.merges,   with.merging},
      space{house, accounts, *with.journal, with.settings.accounts}, shop{*with.organisations,
                                                                          with.checkout,
                                                                          *with.idempotent,
                                                                          with.secret,
                                                                          *throttle,
                                                                          with.settings.orders},
      unpaid_orders{house, with.checkout}, orders{*with.organisations, with.checkout, *with.idempotent,
                                                  with.secret},
      previewer(mail::create_previewer(with.settings, with.secret)), office{house,
                                                                            accounts,
                                                                            *with.journal,
                                                                            *with.load.staff_records,
                                                                            *with.load.wallet_list,
                                                                            *with.load.link_candidates,
                                                                            *with.load.campaigns,
                                                                            campaigns,
                                                                            *previewer,
                                                                            *with.load.mails},
      mails{house, *with.journal, *with.load.mails,
            [&secret = with.secret](std::string_view message) { return mail::read_bounce(message, secret); },
            with.settings.mail.bounce_secret},
      clients{house, *with.journal, *with.load.client_files, with.checkout}, news{house, with.news},
      imports{office, *with.load.imports, importer,
              static_cast<std::size_t>(with.settings.http.import_bytes_max)},
      paper_pool(papers::create_pool()), papers{house, with.checkout, *with.load.order_records, *paper_pool} {
  if (const auto why = papers::missing_fonts(); !why.empty()) spdlog::warn("no PDF can be made: {}", why);
  const bool mailbox_shown = with.settings.data.demo || with.settings.mail.dev_mailbox;
  if (mailbox && mailbox_shown)
    http::operations::add_dev_mail_routes(router, std::move(mailbox), mailbox_wait_max);
  http::install_gate(router, gate);
  http::add_account_routes(router, accounts);
  http::add_session_routes(router, accounts);
  http::buyer::add_me_routes(router, accounts);
  http::add_link_pages(router);
  http::add_organisation_routes(router, house);
  http::buyer::add_shop_routes(router, shop);
  http::buyer::add_household_routes(router, house);
  http::buyer::add_my_orders_routes(router, house);
  http::buyer::add_unpaid_order_routes(router, unpaid_orders);
  http::buyer::add_wallet_routes(router, house);
  http::add_space_routes(router, space);
  http::staff::add_order_routes(router, orders);
  http::staff::add_settings_routes(router, house);
  http::staff::add_household_routes(router, house);
  http::staff::add_wallet_routes(router, house);
  http::staff::add_offer_routes(router, house);
  http::staff::add_address_routes(router, office);
  http::staff::add_link_routes(router, office);
  http::staff::add_merge_routes(router, office);
  http::staff::add_new_household_route(router, office);
  http::staff::add_invitation_routes(router, office);
  http::staff::add_invitation_template_routes(router, office);
  http::staff::add_balance_mail_routes(router, office);
  http::staff::add_mail_routes(router, office);
  http::staff::add_logo_routes(router, office);
  http::add_bounce_route(router, mails);
  http::add_logo_route(router, mails);
  http::buyer::add_my_mail_routes(router, mails);
  http::buyer::add_repay_routes(router, unpaid_orders);
  http::staff::add_mail_preview_routes(router, office);
  http::add_unsubscribe_routes(router, office);
  http::staff::add_record_routes(router, office);
  http::staff::add_import_routes(router, imports);
  http::staff::add_export_routes(router, office);
  http::staff::add_tag_routes(router, clients);
  http::staff::add_skill_routes(router, clients);
  http::staff::add_card_routes(router, clients);
  http::staff::add_document_routes(router, clients);
  http::staff::add_course_routes(router, clients);
  http::add_news_routes(router, news);
  http::buyer::add_file_routes(router, clients);
  http::staff::add_people_routes(router, office);
  http::buyer::add_my_papers_routes(router, papers);
  http::staff::add_paper_routes(router, papers);
  http::staff::add_refund_routes(router, papers);
  http::staff::add_door_routes(router, papers);
  http::staff::add_takings_routes(router, papers);
  http::staff::add_billing_routes(router, papers);
}

void add_metrics(http::metrics& to, parts& with, mailer::pool& mailers) {
  const auto& journal = with.journal->stats();
  auto number = [&](const char* name, const char* help, auto& value) {
    to.add_gauge(name, help, [&value] { return static_cast<double>(value.load(std::memory_order_relaxed)); });
  };
  number("foyer_journal_batches_total", "Transactions that landed", journal.batches);
  number("foyer_journal_commits_total", "Commits told as durable", journal.commits);
  number("foyer_journal_refused_total", "Commits that a guard or constraint refused", journal.refused);
  number("foyer_journal_lost_total", "Commits that did not reach the database", journal.lost);
  number("foyer_journal_waiting", "Commits that are in no transaction yet", journal.waiting);
  number("foyer_journal_reconnects_total", "Connections of the journal that were made again",
         journal.reconnects);
  number("foyer_journal_flush_microseconds_total", "Time from sending a transaction to its being durable",
         journal.flush_us);
  const auto& reads = with.reads->stats();
  number("foyer_reads_total", "Queries answered", reads.requests);
  number("foyer_reads_failed_total", "Queries that failed", reads.failed);
  number("foyer_reads_refused_total", "Queries refused because the queue was full", reads.refused);
  to.add_gauge("foyer_live_households", "Household actors in memory",
               [&with] { return static_cast<double>(with.households->live()); });
  to.add_gauge("foyer_live_wallets", "Wallet actors in memory",
               [&with] { return static_cast<double>(with.wallets->live()); });
  to.add_gauge("foyer_live_offers", "Offer actors in memory",
               [&with] { return static_cast<double>(with.offers->live()); });
  to.add_gauge("foyer_live_accounts", "Account actors in memory",
               [&with] { return static_cast<double>(with.accounts->live()); });
  to.add_gauge("foyer_live_sessions", "Sessions in memory",
               [&with] { return static_cast<double>(with.sessions->live()); });
  to.add_gauge("foyer_hashes_waiting", "Passwords that wait to be hashed",
               [&with] { return static_cast<double>(with.hashes->waiting()); });
  to.add_gauge("foyer_mails_sent_total", "Mails handed over",
               [&mailers] { return static_cast<double>(mailers.stats().sent); });
  to.add_gauge("foyer_mails_retried_total", "Mails put off",
               [&mailers] { return static_cast<double>(mailers.stats().retried); });
  to.add_gauge("foyer_mails_failed_total", "Mails given up",
               [&mailers] { return static_cast<double>(mailers.stats().failed); });
}

std::vector<std::string> allowed_hosts_of(const config::settings& from) {
  if (!from.server.allowed_hosts.empty()) return from.server.allowed_hosts;
  const auto parsed = boost::urls::parse_uri(from.server.public_url);
  if (!parsed) return {};
  return {std::string{parsed->encoded_host()}};
}

} // namespace foyer::cli
