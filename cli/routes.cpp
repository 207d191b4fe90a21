#include "cli/routes.hpp"

#include "http/public/organisation_routes.hpp"

#include <boost/url/parse.hpp>

namespace foyer::cli {

routes::routes(parts& with, std::shared_ptr<mailer::mailbox>)
    : house{*with.organisations, *with.households, *with.load.household_list, *with.wallets, *with.load.ledger,
            *with.offers,        *with.load.offers, *with.load.orders,        *with.idempotent, with.clock, with.secret},
      shop{*with.organisations, with.checkout, *with.idempotent, with.secret},
      orders{*with.organisations, with.checkout, *with.idempotent, with.secret} {
  http::add_organisation_routes(router, house);
  http::buyer::add_shop_routes(router, shop);
  http::staff::add_order_routes(router, orders);
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
  number("foyer_journal_reconnects_total", "Connections of the journal that were made again", journal.reconnects);
  number("foyer_journal_flush_microseconds_total", "Time from sending a transaction to its being durable", journal.flush_us);
  const auto& reads = with.reads->stats();
  number("foyer_reads_total", "Queries answered", reads.requests);
  number("foyer_reads_failed_total", "Queries that failed", reads.failed);
  number("foyer_reads_refused_total", "Queries refused because the queue was full", reads.refused);
  to.add_gauge("foyer_live_households", "Household actors in memory", [&with] { return static_cast<double>(with.households->live()); });
  to.add_gauge("foyer_live_wallets", "Wallet actors in memory", [&with] { return static_cast<double>(with.wallets->live()); });
  to.add_gauge("foyer_live_offers", "Offer actors in memory", [&with] { return static_cast<double>(with.offers->live()); });
  to.add_gauge("foyer_live_accounts", "Account actors in memory", [&with] { return static_cast<double>(with.accounts->live()); });
  to.add_gauge("foyer_live_sessions", "Sessions in memory", [&with] { return static_cast<double>(with.sessions->live()); });
  to.add_gauge("foyer_hashes_waiting", "Passwords that wait to be hashed", [&with] { return static_cast<double>(with.hashes->waiting()); });
  to.add_gauge("foyer_mails_sent_total", "Mails handed over", [&mailers] { return static_cast<double>(mailers.stats().sent); });
  to.add_gauge("foyer_mails_retried_total", "Mails put off", [&mailers] { return static_cast<double>(mailers.stats().retried); });
  to.add_gauge("foyer_mails_failed_total", "Mails given up", [&mailers] { return static_cast<double>(mailers.stats().failed); });
}

std::vector<std::string> allowed_hosts_of(const config::settings& from) {
  if (!from.server.allowed_hosts.empty()) return from.server.allowed_hosts;
  const auto parsed = boost::urls::parse_uri(from.server.public_url);
  if (!parsed) return {};
  return {std::string{parsed->encoded_host()}};
}

} // namespace foyer::cli
