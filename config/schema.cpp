#include "config/schema.hpp"

#include "config/values.hpp"

#include <algorithm>
#include <cctype>

namespace foyer::config {

namespace {

/// The member of a section as a function, so that the table below can hold it.
template <auto Section, auto Member>
auto& at(settings& s) {
  return s.*Section.*Member;
}

constexpr std::string_view starttls_words[] = {"required", "opportunistic", "off"};
constexpr std::string_view level_words[] = {"debug", "info", "warn", "error"};
constexpr std::string_view format_words[] = {"text", "json"};

template <auto Section, auto Member, class Enum>
choice_field choice(std::span<const std::string_view> words) {
  return {words, [](settings& s) { return static_cast<std::size_t>(at<Section, Member>(s)); },
          [](settings& s, std::size_t value) { at<Section, Member>(s) = static_cast<Enum>(value); }};
}

constexpr std::int64_t mebibyte = 1024 * 1024;

const field fields[] = {
    {"server.listen", text_field{at<&settings::server, &server_settings::listen>, text_form::host_port},
     "address and port to serve on; port 0 takes a free one"},
    {"server.public_url",
     text_field{at<&settings::server, &server_settings::public_url>, text_form::http_url},
     "where buyers reach this server, in links of mails; https makes cookies Secure; not set: where it "
     "listens"},
    {"server.allowed_hosts", list_field{at<&settings::server, &server_settings::allowed_hosts>},
     "Host headers to answer; empty: the host of public_url, and loopback names"},
    {"server.metrics_listen",
     text_field{at<&settings::server, &server_settings::metrics_listen>, text_form::host_port_or_empty},
     "address and port of /metrics; empty: no metrics"},
    {"server.tls_certificate", text_field{at<&settings::server, &server_settings::tls_certificate>},
     "PEM file of the certificate chain; with tls_key: HTTPS"},
    {"server.tls_key", text_field{at<&settings::server, &server_settings::tls_key>},
     "PEM file of the private key"},
    {"server.trusted_proxies", list_field{at<&settings::server, &server_settings::trusted_proxies>},
     "addresses or networks whose X-Forwarded-For is believed"},
    {"server.threads", integer_field{at<&settings::server, &server_settings::threads>, 0, 1'024},
     "threads that serve; 0: one per core, less one for a private PostgreSQL"},
    {"server.drain_deadline", duration_field{at<&settings::server, &server_settings::drain_deadline>},
     "how long requests in flight may take to finish after SIGTERM"},
    {"server.accept_earlier_clock",
     boolean_field{at<&settings::server, &server_settings::accept_earlier_clock>},
     "begin at the machine's time although a server of this database has had a later one: after a clock that "
     "was "
     "wrongly ahead; what was given out then lives longer by as much"},

    {"http.header_bytes_max",
     integer_field{at<&settings::http, &http_settings::header_bytes_max>, 1'024, mebibyte},
     "bytes of a request's header"},
    {"http.header_fields_max",
     integer_field{at<&settings::http, &http_settings::header_fields_max>, 8, 1'024},
     "fields of a request's header"},
    {"http.target_bytes_max",
     integer_field{at<&settings::http, &http_settings::target_bytes_max>, 256, 64 * 1024},
     "bytes of a request's path and query"},
    {"http.body_bytes_max",
     integer_field{at<&settings::http, &http_settings::body_bytes_max>, 1'024, 64 * mebibyte},
     "bytes of a request's body"},
    {"http.import_bytes_max",
     integer_field{at<&settings::http, &http_settings::import_bytes_max>, 1'024, 1'024 * mebibyte},
     "bytes of an import's body"},
    {"http.json_depth_max", integer_field{at<&settings::http, &http_settings::json_depth_max>, 4, 256},
     "how deep arrays and objects of a body may nest"},
    {"http.tls_deadline", duration_field{at<&settings::http, &http_settings::tls_deadline>},
     "total time of a TLS handshake"},
    {"http.header_deadline", duration_field{at<&settings::http, &http_settings::header_deadline>},
     "total time to receive a request's header"},
    {"http.body_deadline", duration_field{at<&settings::http, &http_settings::body_deadline>},
     "total time to receive a request's body"},
    {"http.handler_deadline", duration_field{at<&settings::http, &http_settings::handler_deadline>},
     "time to answer a request before it is told 503"},
    {"http.write_deadline", duration_field{at<&settings::http, &http_settings::write_deadline>},
     "total time to send an answer"},
    {"http.keep_alive_idle", duration_field{at<&settings::http, &http_settings::keep_alive_idle>},
     "how long a connection may wait for its next request"},
    {"http.connections_max",
     integer_field{at<&settings::http, &http_settings::connections_max>, 1, 1'000'000},
     "open connections in all"},
    {"http.connections_per_address_max",
     integer_field{at<&settings::http, &http_settings::connections_per_address_max>, 1, 1'000'000},
     "open connections of one client address"},
    {"http.in_flight_max", integer_field{at<&settings::http, &http_settings::in_flight_max>, 1, 1'000'000},
     "requests under way; more are told 503 at once"},

    {"database.url", text_field{at<&settings::database, &database_settings::url>},
     "PostgreSQL to use; empty: a private one in data.dir", true},
    {"database.journal_connections",
     integer_field{at<&settings::database, &database_settings::journal_connections>, 1, 8},
     "connections that write"},
    {"database.read_connections",
     integer_field{at<&settings::database, &database_settings::read_connections>, 1, 256},
     "connections that read within one organisation, and as many that read for all"},
    {"database.read_queue_max",
     integer_field{at<&settings::database, &database_settings::read_queue_max>, 1, 1'000'000},
     "reads waiting for a connection; more are told 503"},
    {"database.connect_deadline",
     duration_field{at<&settings::database, &database_settings::connect_deadline>, 1s, 10min},
     "time to open a connection"},
    {"database.statement_deadline",
     duration_field{at<&settings::database, &database_settings::statement_deadline>},
     "time of one statement before the database gives it up"},
    {"database.reconnect_max",
     duration_field{at<&settings::database, &database_settings::reconnect_max>, 10ms, 1h},
     "longest wait between two attempts to connect again"},
    {"database.shared_buffers_mib",
     integer_field{at<&settings::database, &database_settings::shared_buffers_mib>, 0, 1'048'576},
     "memory of the private PostgreSQL's cache, in MiB (0: a quarter of the machine's, 128 to 2048)"},
    {"database.start_deadline",
     duration_field{at<&settings::database, &database_settings::start_deadline>, 1s, 1h},
     "time of the private PostgreSQL to start, recovery included"},

    {"journal.queue_max", integer_field{at<&settings::journal, &journal_settings::queue_max>, 1, 10'000'000},
     "commits waiting to be written; more are told 503"},
    {"journal.batch_max", integer_field{at<&settings::journal, &journal_settings::batch_max>, 1, 10'000},
     "commits in one transaction"},

    {"data.dir", text_field{at<&settings::data, &data_settings::dir>, text_form::not_empty},
     "folder of the database, mail files, checkpoints and the secret"},
    {"data.demo", boolean_field{at<&settings::data, &data_settings::demo>},
     "fill an empty installation with the demonstration, and show its mails at /dev/mail"},
    {"data.demo_seed", integer_field{at<&settings::data, &data_settings::demo_seed>, 0, 1'000'000'000},
     "other names and orders in the demonstration; the same number gives the same ones"},

    {"mail.smtp_url", text_field{at<&settings::mail, &mail_settings::smtp_url>},
     "smtp://user:password@host:587; empty: files in data.dir/mail", true},
    {"mail.from", text_field{at<&settings::mail, &mail_settings::from>, text_form::mailbox},
     "sender of all mails"},
    {"mail.starttls", choice<&settings::mail, &mail_settings::starttls, starttls_mode>(starttls_words),
     "required | opportunistic | off"},
    {"mail.workers", integer_field{at<&settings::mail, &mail_settings::workers>, 1, 64},
     "mails sent at the same time"},
    {"mail.rate_per_second",
     integer_field{at<&settings::mail, &mail_settings::rate_per_second>, 0, 1'000'000},
     "mails per second at most; 0: no limit"},
    {"mail.bulk_rate_per_second",
     integer_field{at<&settings::mail, &mail_settings::bulk_rate_per_second>, 0, 1'000'000},
     "invitations among them at most; 0: no limit of their own"},
    {"mail.dev_mailbox", boolean_field{at<&settings::mail, &mail_settings::dev_mailbox>},
     "show all mail files at /dev/mail, as the demonstration does; for tests only"},
    {"mail.dkim_domain", text_field{at<&settings::mail, &mail_settings::dkim_domain>},
     "domain to sign mails for; empty: not signed"},
    {"mail.dkim_selector", text_field{at<&settings::mail, &mail_settings::dkim_selector>},
     "selector of the key in the domain's DNS"},
    {"mail.dkim_key", text_field{at<&settings::mail, &mail_settings::dkim_key>},
     "PEM file of the key that signs"},
    {"mail.bounce_address", text_field{at<&settings::mail, &mail_settings::bounce_address>},
     "where mails are returned to, with +… in it for each mail; empty: the address of mail.from"},
    {"mail.bounce_secret", text_field{at<&settings::mail, &mail_settings::bounce_secret>},
     "bearer token of who hands returned mails in at /api/v1/mail/bounces; empty: nobody does", true},
    {"mail.retry_for", duration_field{at<&settings::mail, &mail_settings::retry_for>},
     "how long a mail that meets a passing failure is tried again"},
    {"mail.retry_first", duration_field{at<&settings::mail, &mail_settings::retry_first>},
     "wait before the second attempt; doubles each time"},
    {"mail.retry_max", duration_field{at<&settings::mail, &mail_settings::retry_max>},
     "longest wait between two attempts"},
    {"mail.lease", duration_field{at<&settings::mail, &mail_settings::lease>},
     "how long a mail stays claimed by a mailer that died"},
    {"mail.claim_max", integer_field{at<&settings::mail, &mail_settings::claim_max>, 1, 10'000},
     "mails claimed at once"},
    {"mail.connect_deadline", duration_field{at<&settings::mail, &mail_settings::connect_deadline>},
     "time to connect to the mail server"},
    {"mail.send_deadline", duration_field{at<&settings::mail, &mail_settings::send_deadline>},
     "time to hand over one mail"},
    {"mail.stop_deadline", duration_field{at<&settings::mail, &mail_settings::stop_deadline>},
     "how long the mail in hand may take when the server stops"},

    {"accounts.confirmation_link",
     duration_field{at<&settings::accounts, &accounts_settings::confirmation_link>},
     "life of a confirmation link (A2)"},
    {"accounts.unconfirmed_removed_after",
     duration_field{at<&settings::accounts, &accounts_settings::unconfirmed_removed_after>},
     "when an unconfirmed account is removed (A4)"},
    {"accounts.reminder_after", duration_field{at<&settings::accounts, &accounts_settings::reminder_after>},
     "when an unconfirmed account is reminded (A4)"},
    {"accounts.password_reset_link",
     duration_field{at<&settings::accounts, &accounts_settings::password_reset_link>},
     "life of a reset link (A5)"},
    {"accounts.invitation_link", duration_field{at<&settings::accounts, &accounts_settings::invitation_link>},
     "life of an invitation"},
    {"accounts.email_change_link",
     duration_field{at<&settings::accounts, &accounts_settings::email_change_link>},
     "life of the link to a new address (A7)"},
    {"accounts.email_change_undo",
     duration_field{at<&settings::accounts, &accounts_settings::email_change_undo>},
     "how long the old address can undo a change (A7)"},
    {"accounts.space_code", duration_field{at<&settings::accounts, &accounts_settings::space_code>},
     "life of a my-space code"},
    {"accounts.code_tries", integer_field{at<&settings::accounts, &accounts_settings::code_tries>, 1, 20},
     "tries of a typed code before it dies"},

    {"orders.card_expires_after", duration_field{at<&settings::orders, &orders_settings::card_expires_after>},
     "life of an order that waits for a card"},
    {"orders.counter_expires_after",
     duration_field{at<&settings::orders, &orders_settings::counter_expires_after>},
     "life of an order that waits for cash or a cheque"},
    {"orders.bank_transfer_expires_after",
     duration_field{at<&settings::orders, &orders_settings::bank_transfer_expires_after>},
     "life of an order that waits for a bank transfer"},
    {"orders.guest_places_max",
     integer_field{at<&settings::orders, &orders_settings::guest_places_max>, 1, 500},
     "places in one order of a guest, whatever the offers allow"},
    {"orders.unpaid_places_max",
     integer_field{at<&settings::orders, &orders_settings::unpaid_places_max>, 1, 100'000},
     "places that one buyer's orders may hold together while they await payment; staff have no such limit"},
    {"orders.idempotency_kept_for",
     duration_field{at<&settings::orders, &orders_settings::idempotency_kept_for>},
     "how long a repeat of a request gets the first answer"},

    {"actors.idle_after", duration_field{at<&settings::actors, &actors_settings::idle_after>},
     "an actor without work this long leaves memory"},
    {"actors.live_limit",
     integer_field{at<&settings::actors, &actors_settings::live_limit>, 100, 100'000'000},
     "actors in memory"},
    {"actors.queue_max", integer_field{at<&settings::actors, &actors_settings::queue_max>, 1, 10'000'000},
     "commands waiting at one actor; more are told 503"},

    {"sessions.buyer_idle", duration_field{at<&settings::sessions, &sessions_settings::buyer_idle>},
     "life of a buyer's session without use"},
    {"sessions.buyer_absolute", duration_field{at<&settings::sessions, &sessions_settings::buyer_absolute>},
     "life of a buyer's session in all"},
    {"sessions.remembered", duration_field{at<&settings::sessions, &sessions_settings::remembered>},
     "life of a buyer's session with \"remember me\""},
    {"sessions.staff_idle", duration_field{at<&settings::sessions, &sessions_settings::staff_idle>},
     "life of a staff session without use"},
    {"sessions.staff_absolute", duration_field{at<&settings::sessions, &sessions_settings::staff_absolute>},
     "life of a staff session in all"},
    {"sessions.password_asked_after",
     duration_field{at<&settings::sessions, &sessions_settings::password_asked_after>},
     "sensitive changes ask for a password older than this"},

    {"ledger.checkpoint_dir", text_field{at<&settings::ledger, &ledger_settings::checkpoint_dir>},
     "folder of signed checkpoints; empty: data.dir/checkpoints"},
    {"ledger.checkpoint_after_start",
     duration_field{at<&settings::ledger, &ledger_settings::checkpoint_after_start>},
     "the first checkpoint is written this long after a start"},
    {"ledger.checkpoint_every", duration_field{at<&settings::ledger, &ledger_settings::checkpoint_every>},
     "time between two checkpoints; a later one of the same day takes its place"},
    {"ledger.checkpoints_kept",
     integer_field{at<&settings::ledger, &ledger_settings::checkpoints_kept>, 0, 1'000'000},
     "checkpoints kept in the folder, one a day; 0: all"},

    {"security.secret_file", text_field{at<&settings::security, &security_settings::secret_file>},
     "file of the server's secret; empty: data.dir/secret, made at first start"},
    {"security.throttling", boolean_field{at<&settings::security, &security_settings::throttling>},
     "slow down guessing; off for load tests only"},
    {"security.argon2_memory_kib",
     integer_field{at<&settings::security, &security_settings::argon2_memory_kib>, 8, 4 * mebibyte},
     "memory of one password hash, in KiB"},
    {"security.argon2_iterations",
     integer_field{at<&settings::security, &security_settings::argon2_iterations>, 1, 1'000},
     "passes of one password hash"},
    {"security.hash_threads",
     integer_field{at<&settings::security, &security_settings::hash_threads>, 0, 1'024},
     "threads that hash passwords; 0: one per core but one"},
    {"security.hash_queue",
     integer_field{at<&settings::security, &security_settings::hash_queue>, 1, 1'000'000},
     "password hashes waiting; more are told 503"},
    {"security.password_min", integer_field{at<&settings::security, &security_settings::password_min>, 8, 64},
     "code points of a buyer's password at least"},
    {"security.password_min_staff",
     integer_field{at<&settings::security, &security_settings::password_min_staff>, 8, 64},
     "code points of a staff password at least"},
    {"security.password_max",
     integer_field{at<&settings::security, &security_settings::password_max>, 64, 1'024},
     "code points of a password at most"},

    {"throttle.account_free_failures",
     integer_field{at<&settings::throttle, &throttle_settings::account_free_failures>, 0, 1'000},
     "failed logins of an account without a wait"},
    {"throttle.account_delay_first",
     duration_field{at<&settings::throttle, &throttle_settings::account_delay_first>},
     "wait after the next failed login; doubles each time"},
    {"throttle.account_delay_max",
     duration_field{at<&settings::throttle, &throttle_settings::account_delay_max>},
     "longest wait after a failed login"},
    {"throttle.address_failures",
     integer_field{at<&settings::throttle, &throttle_settings::address_failures>, 1, 1'000'000},
     "failures of a client address in address_window"},
    {"throttle.address_window", duration_field{at<&settings::throttle, &throttle_settings::address_window>},
     "window of address_failures"},
    {"throttle.registrations",
     integer_field{at<&settings::throttle, &throttle_settings::registrations>, 1, 1'000'000},
     "registrations of a client address in registration_window"},
    {"throttle.registration_window",
     duration_field{at<&settings::throttle, &throttle_settings::registration_window>},
     "window of registrations"},
    {"throttle.mails", integer_field{at<&settings::throttle, &throttle_settings::mails>, 1, 1'000'000},
     "asked-for mails to one e-mail address in mail_window"},
    {"throttle.mail_requests",
     integer_field{at<&settings::throttle, &throttle_settings::mail_requests>, 1, 1'000'000},
     "mails that one client address may ask for in mail_window"},
    {"throttle.mail_window", duration_field{at<&settings::throttle, &throttle_settings::mail_window>},
     "window of mails and mail_requests"},
    {"throttle.space_attempts",
     integer_field{at<&settings::throttle, &throttle_settings::space_attempts>, 1, 1'000'000},
     "my-space attempts of a client address, and at an order number, in space_window"},
    {"throttle.space_window", duration_field{at<&settings::throttle, &throttle_settings::space_window>},
     "window of space_attempts"},
    {"throttle.guest_places",
     integer_field{at<&settings::throttle, &throttle_settings::guest_places>, 1, 1'000'000},
     "places that a client address may hold by unpaid orders of guests in guest_window"},
    {"throttle.guest_orders",
     integer_field{at<&settings::throttle, &throttle_settings::guest_orders>, 1, 1'000'000},
     "orders of guests with one e-mail address in guest_window"},
    {"throttle.guest_window", duration_field{at<&settings::throttle, &throttle_settings::guest_window>},
     "window of guest_places and guest_orders"},
    {"throttle.tracked_max",
     integer_field{at<&settings::throttle, &throttle_settings::tracked_max>, 1'000, 100'000'000},
     "keys of each kind (accounts, client addresses, mailboxes) that are remembered"},

    {"log.level", choice<&settings::log, &log_settings::level, log_level>(level_words),
     "debug | info | warn | error"},
    {"log.format", choice<&settings::log, &log_settings::format, log_format>(format_words), "text | json"},
};

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

} // namespace

std::string field::environment() const {
  std::string out = "FOYER_";
  for (const char c : name) {
    if (c == '.') {
      out += "__";
    } else {
      out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

std::span<const field> schema() {
  return fields;
}

const field* find_field(std::string_view name) {
  const auto found = std::ranges::find(fields, name, &field::name);
  return found == std::end(fields) ? nullptr : found;
}

std::string value_as_toml(const field& key, const settings& from) {
  // The accessors give a place to write to as well; here nothing is written.
  auto& s = const_cast<settings&>(from);
  struct visitor {
    settings& s;
    std::string operator()(const text_field& f) const { return in_quotes(f.at(s)); }
    std::string operator()(const integer_field& f) const { return std::to_string(f.at(s)); }
    std::string operator()(const duration_field& f) const { return in_quotes(format_duration(f.at(s))); }
    std::string operator()(const boolean_field& f) const { return f.at(s) ? "true" : "false"; }
    std::string operator()(const choice_field& f) const { return in_quotes(f.words[f.get(s)]); }
    std::string operator()(const list_field& f) const {
      std::string out = "[";
      for (const auto& item : f.at(s)) out += (out.size() > 1 ? ", " : "") + in_quotes(item);
      return out + "]";
    }
  };
  return std::visit(visitor{s}, key.kind);
}

} // namespace foyer::config
