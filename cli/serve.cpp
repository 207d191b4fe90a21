#include "actors/imports/importer.hpp"
#include "actors/runtime/scheduler.hpp"
#include "cli/commands.hpp"
#include "cli/database.hpp"
#include "cli/demo.hpp"
#include "cli/free_port.hpp"
#include "cli/log.hpp"
#include "cli/parts.hpp"
#include "cli/routes.hpp"
#include "http/json/reader.hpp"
#include "http/openapi/document.hpp"
#include "http/operations/routes.hpp"
#include "http/server/server.hpp"
#include "mail/mailbox.hpp"
#include "mail/pool.hpp"
#include "storage/campaign_queue.hpp"
#include "storage/checkpoints.hpp"
#include "storage/clock_mark.hpp"
#include "storage/former_writers.hpp"
#include "storage/housekeeping.hpp"
#include "storage/migrations.hpp"
#include "storage/outbox.hpp"
#include "storage/role_listener.hpp"
#include "storage/secret_file.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <spdlog/spdlog.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>
#include <vector>

namespace foyer::cli {
namespace {

namespace asio = boost::asio;

// Long enough that a balancer which asks /readyz every second or so has seen the 503 before the port closes;
// short enough that nobody waits for it.
constexpr std::chrono::milliseconds unready_before_closing{500};
constexpr std::chrono::seconds sweep_every{1};
// How often a start looks whether it is ready: nobody notices the wait, and few starts look twice.
constexpr std::chrono::milliseconds look_ready_every{5};
// What a clock is slewed by, or a busy machine makes of it, is not worth a line.
constexpr std::chrono::seconds clock_tolerance{5};

unsigned threads_of(const config::settings& settings) {
  if (settings.server.threads > 0) return static_cast<unsigned>(settings.server.threads);
  // A private PostgreSQL needs a core too: on two of them one thread sells more than two do (README,
  // "Speed").
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  return settings.database.url.empty() && cores > 1 ? cores - 1 : cores;
}

http::server_options options_of(const config::settings& from) {
  http::server_options to;
  to.listen = from.server.listen;
  to.allowed_hosts = allowed_hosts_of(from);
  to.trusted_proxies = from.server.trusted_proxies;
  to.tls_certificate = from.server.tls_certificate;
  to.tls_key = from.server.tls_key;
  to.threads = threads_of(from);
  to.header_max = static_cast<std::size_t>(from.http.header_bytes_max);
  to.fields_max = static_cast<std::size_t>(from.http.header_fields_max);
  to.target_max = static_cast<std::size_t>(from.http.target_bytes_max);
  to.body_max = static_cast<std::size_t>(from.http.body_bytes_max);
  to.connections_max = static_cast<std::size_t>(from.http.connections_max);
  to.connections_per_address_max = static_cast<std::size_t>(from.http.connections_per_address_max);
  to.in_flight_max = from.http.in_flight_max;
  to.tls_deadline = from.http.tls_deadline;
  to.header_deadline = from.http.header_deadline;
  to.body_deadline = from.http.body_deadline;
  to.handler_deadline = from.http.handler_deadline;
  to.write_deadline = from.http.write_deadline;
  to.keep_alive = from.http.keep_alive_idle;
  return to;
}

/// The running server: what `foyer serve` makes after the database is there, and takes down in order.
class running {
public:
  /// `seen`: how late it is at least.
  running(const config::settings& settings, const std::string& database_url, const server_secret& secret,
          std::optional<time_point> seen)
      : settings_(settings), io_(static_cast<int>(threads_of(settings))),
        system_((runtime::run_actors_on(caf_, io_), caf_)),
        parts_(io_, system_, settings, database_url, secret),
        mailbox_(settings.mail.smtp_url.empty() ? mail::create_mailbox(settings.mail_dir()) : nullptr),
        mailers_(create_mailers(database_url)),
        housekeeping_(storage::start_housekeeping(
            database_url, settings, parts_.clock,
            [](std::string_view line) { spdlog::warn("housekeeping: {}", line); })),
        checkpoints_(storage::start_checkpoints(
            database_url, settings, secret,
            {[](std::string_view line) { spdlog::info("checkpoint {}", line); },
             [](std::string_view line) { spdlog::error("checkpoint: {}", line); }})),
        roles_(storage::start_role_listener(
            database_url, [this](const account_id& whose) { parts_.sessions->forget(whose, std::nullopt); })),
        campaigns_(create_campaign_queue(database_url)), importer_(create_importer()),
        routes_(parts_, mailbox_, *campaigns_, *importer_), signals_(io_, SIGTERM, SIGINT),
        hang_up_(io_, SIGHUP), sweep_(io_), deadline_(io_), ready_(io_) {
    system_.await_actors_before_shutdown(false);
    if (seen) parts_.clock.begin_at(*seen);
    parts_.on_mail = [this] { mailers_->wake(); };
    add_metrics(routes_.metrics, parts_, *mailers_);
    http::operations::add_health_routes(routes_.router, [this] { return unready(); });
    http::operations::add_health_routes(metrics_router_, [this] { return unready(); });
    http::operations::add_metrics_route(metrics_router_, routes_.metrics);
    http::json::set_depth_max(static_cast<std::size_t>(settings.http.json_depth_max));
    http::add_front_page(routes_.router, front_page_of(settings));
    // Last, since it describes the routes that are there.
    http::openapi::add_route(routes_.router,
                             {FOYER_VERSION, routes_.site.session_cookie, options_of(settings).body_max});
  }

  // What was woken last: actors that end, connections that close. They must be gone before what they stand
  // on.
  ~running() {
    stop_now();
    io_.restart();
    io_.poll();
  }
  running(const running&) = delete;
  running& operator=(const running&) = delete;

  /// Opens the ports. Throws when that is not possible, such as when somebody else has one.
  void start() {
    if (settings_.data.demo) load_demo(parts_);
    server_ = http::create_server(io_, options_of(settings_), routes_.router, routes_.metrics);
    if (!settings_.server.metrics_listen.empty()) {
      http::server_options options;
      options.name = "metrics";
      options.listen = settings_.server.metrics_listen;
      options.any_host = true;
      options.threads = threads_of(settings_);
      metrics_server_ = http::create_server(io_, options, metrics_router_, routes_.metrics);
    }
    wait_for_signals();
    sweep();
    tell_when_ready();
  }

  void run() {
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < threads_of(settings_); ++i) threads.emplace_back([this] { io_.run(); });
    io_.run();
    for (auto& each : threads) each.join();
  }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

private:
  std::unique_ptr<mailer::pool> create_mailers(const std::string& database_url) {
    auto outbox = [url = database_url, &settings = settings_]() -> std::unique_ptr<mailer::outbox> {
      storage::outbox_options options;
      options.url = url;
      options.connect_deadline = settings.database.connect_deadline;
      options.statement_deadline = settings.database.statement_deadline;
      options.wait_max = 2 * settings.mail.retry_max;
      options.links = {{token_purpose::confirmation, settings.accounts.confirmation_link},
                       {token_purpose::password_reset, settings.accounts.password_reset_link},
                       {token_purpose::email_change, settings.accounts.email_change_link},
                       {token_purpose::email_undo, settings.accounts.email_change_undo},
                       {token_purpose::space_code, settings.accounts.space_code},
                       {token_purpose::staff_welcome, settings.accounts.invitation_link},
                       {token_purpose::invitation, settings.accounts.invitation_link}};
      options.log = [](std::string_view line) { spdlog::warn("outbox: {}", line); };
      return storage::create_outbox(std::move(options));
    };
    mail::pool_parts with;
    with.log = [](std::string_view line) { spdlog::warn("mail: {}", line); };
    with.mailbox = mailbox_;
    return mail::create_pool(system_, settings_, parts_.secret, std::move(outbox), std::move(with));
  }

  std::unique_ptr<storage::campaign_queue> create_campaign_queue(const std::string& database_url) {
    storage::campaign_hooks hooks;
    hooks.changed = [this](std::span<const household_id> which) { parts_.households->reread(which); };
    hooks.on_mail = [this] { mailers_->wake(); };
    hooks.log = [](std::string_view line) { spdlog::warn("campaigns: {}", line); };
    return storage::start_campaign_queue(database_url, settings_, parts_.secret, std::move(hooks));
  }

  std::unique_ptr<imports::importer> create_importer() {
    return imports::start_importer({*parts_.load.imports, *parts_.journal, *parts_.organisations,
                                    parts_.clock, household::new_number,
                                    [](std::string_view line) { spdlog::warn("imports: {}", line); }});
  }

  std::string unready() const {
    if (draining_) return "draining";
    if (!parts_.journal->ready()) return "the journal is not connected";
    if (!parts_.reads->ready()) return "the database can't be read";
    return {};
  }

  // ./run and scripts wait for this text: from then on /readyz answers 200.
  void tell_when_ready() {
    if (draining_) return;
    if (unready().empty()) {
      std::fputs(ready_text(settings_).c_str(), stdout);
      std::fflush(stdout);
      return;
    }
    ready_.expires_after(look_ready_every);
    ready_.async_wait([this](boost::system::error_code failed) {
      if (!failed) tell_when_ready();
    });
  }

  void sweep() {
    parts_.sweep();
    watch_clock();
    sweep_.expires_after(sweep_every);
    sweep_.async_wait([this](boost::system::error_code failed) {
      if (!failed) sweep();
    });
  }

  // Told once: everything goes on in the time that was, until the machine has caught up or this starts anew.
  void watch_clock() {
    const auto ahead = std::chrono::duration_cast<std::chrono::seconds>(parts_.clock.ahead());
    if (ahead >= clock_tolerance && !clock_told_)
      spdlog::warn("the clock was set back by {} s: times go on without it until it has caught up "
                   "(server.accept_earlier_clock)",
                   ahead.count());
    clock_told_ = ahead >= clock_tolerance;
  }

  void wait_for_signals() {
    signals_.async_wait([this](boost::system::error_code failed, int) {
      if (failed) return;
      if (draining_.exchange(true)) {
        spdlog::warn("second signal: stopping at once");
        return stop_now();
      }
      drain();
      wait_for_signals();
    });
    hang_up_.async_wait([this](boost::system::error_code failed, int) { on_hang_up(failed); });
  }

  void on_hang_up(boost::system::error_code failed) {
    if (failed) return;
    const auto wrong = server_->reload_tls();
    if (wrong.empty())
      spdlog::info("certificate read again");
    else
      spdlog::error("the certificate stays the old one: {}", wrong);
    hang_up_.async_wait([this](boost::system::error_code next, int) { on_hang_up(next); });
  }

  // Readiness first, then the port, then what is under way, then the journal: nothing that was begun is cut
  // off before server.drain_deadline.
  void drain() {
    spdlog::info("draining");
    deadline_.expires_after(unready_before_closing);
    deadline_.async_wait([this](boost::system::error_code) {
      deadline_.expires_after(settings_.server.drain_deadline);
      deadline_.async_wait([this](boost::system::error_code failed) {
        if (failed) return;
        spdlog::warn("requests still under way after {} ms are cut off",
                     settings_.server.drain_deadline.count());
        stop_now();
      });
      server_->drain([this] { parts_.journal->drain([this] { stop_now(); }); });
    });
  }

  void stop_now() {
    if (stopped_.exchange(true)) return;
    deadline_.cancel();
    ready_.cancel();
    sweep_.cancel();
    if (server_) server_->stop();
    if (metrics_server_) metrics_server_->stop();
    campaigns_->stop(); // before whom it wakes
    importer_->stop();
    // Waits for the mails in hand; their threads are not ours.
    mailers_->stop();
    housekeeping_->stop();
    checkpoints_->stop();
    roles_->stop();
    parts_.close_actors();
    parts_.journal->close();
    parts_.reads->close();
    io_.stop();
  }

  const config::settings& settings_;
  asio::io_context io_;
  caf::actor_system_config caf_;
  caf::actor_system system_;
  parts parts_;
  std::shared_ptr<mailer::mailbox> mailbox_;
  std::unique_ptr<mailer::pool> mailers_;
  std::unique_ptr<storage::housekeeping> housekeeping_;
  std::unique_ptr<storage::checkpoints> checkpoints_;
  std::unique_ptr<storage::role_listener> roles_;
  std::unique_ptr<storage::campaign_queue> campaigns_;
  std::unique_ptr<imports::importer> importer_;
  routes routes_;
  http::router metrics_router_;
  std::shared_ptr<http::server> server_;
  std::shared_ptr<http::server> metrics_server_;
  asio::signal_set signals_;
  asio::signal_set hang_up_;
  asio::steady_timer sweep_;
  asio::steady_timer deadline_;
  asio::steady_timer ready_; // of tell_when_ready() alone
  std::atomic<bool> draining_{false};
  std::atomic<bool> stopped_{false};
  bool clock_told_ = false; // of sweep() alone
};

} // namespace

int run_serve(const serve_options&, const config::settings& given) {
  start_log(given.log);
  std::signal(SIGPIPE, SIG_IGN);
  config::settings settings;
  try {
    settings = with_real_ports(given);
  } catch (const std::runtime_error& error) {
    return fail(error.what());
  }
  auto database = open_database(settings, true, [](const std::string& line) { spdlog::warn("{}", line); });
  if (!database) return fail(database.error().detail);
  // A database of our own may have outlived kill -9 of the process before, and still be at its last batch.
  if (database->server)
    if (const auto alone = storage::end_former_writers(database->url, settings.database.start_deadline);
        !alone)
      return fail(alone.error().detail);
  const auto steps = storage::migrate(database->url);
  if (!steps) return fail(steps.error().detail);
  for (const auto& step : *steps) spdlog::info("migrated: {}", step);
  const auto secret = storage::load_secret(settings.secret_file());
  if (!secret) return fail(secret.error().detail);
  if (settings.server.accept_earlier_clock)
    if (const auto forgotten = storage::forget_clock_mark(database->url); !forgotten)
      return fail(forgotten.error().detail);
  const auto seen = storage::read_clock_mark(database->url);
  if (!seen) return fail(seen.error().detail);
  try {
    running server{settings, database->url, *secret, *seen};
    server.start();
    spdlog::info("listening on {} (port {})", settings.server.listen, server.port());
    if (!settings.server.metrics_listen.empty())
      spdlog::info("metrics on {}", settings.server.metrics_listen);
    server.run();
  } catch (const std::exception& error) {
    return fail(error.what());
  }
  spdlog::info("stopped");
  return exit_done;
}

} // namespace foyer::cli
