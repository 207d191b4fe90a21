#include "bench/own_run.hpp"

#include "bench/checks.hpp"
#include "bench/failure.hpp"
#include "bench/http_call.hpp"
#include "bench/measure.hpp"
#include "bench/seed.hpp"
#include "bench/visitors.hpp"
#include "storage/secret_file.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace foyer::bench {

namespace {

// The first line of what a command prints.
std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// How many of the households take part. Reads are measured on what is in use, not on what has to be loaded
// first, so there they are few enough to be in memory after the warm-up.
std::size_t buyers_of(const options& wanted) {
  constexpr std::size_t readers_max = 1'000;
  // Each is made a visitor by two requests before the run.
  constexpr std::size_t visitors_max = 200;
  switch (wanted.what) {
  case scenario::rush:
  case scenario::overload: return wanted.households;
  case scenario::registration: return 1;
  case scenario::invitation: return 0;
  case scenario::space: return std::min(wanted.households, visitors_max);
  case scenario::read:
  case scenario::login:
  case scenario::mixed: return std::min(wanted.households, readers_max);
  case scenario::scale: return std::min(wanted.households, readers_max);
  case scenario::wallet: // the administrator
  case scenario::search: // the administrator
  case scenario::memory:
  case scenario::start: return 0;
  }
  return 0;
}

// The offer that the scenario buys, made as an editor would make it.
std::string create_offer(const own_server& server, const options& wanted) {
  const auto answer = http_call(server.address(), "POST", "/api/v1/orgs/bench/staff/offers",
                                seeded_token(wanted.seed, 0), offer_body("EUR", "online"));
  if (answer.status != 201)
    throw failure{"the server did not create the offer: status " + std::to_string(answer.status) + "\n" +
                  answer.body};
  boost::system::error_code error;
  const auto body = boost::json::parse(answer.body, error);
  const auto* id = error || !body.is_object() ? nullptr : body.as_object().if_contains("id");
  if (id == nullptr || !id->is_string())
    throw failure{"the answer to the new offer has no id:\n" + answer.body};
  return std::string{id->as_string()};
}

} // namespace

own_run::own_run(const options& wanted, const std::atomic<bool>& stop, report& to)
    : wanted_{wanted}, stop_{stop}, to_{to}, server_{wanted} {
  if (wanted.what == scenario::invitation) campaign_.emplace();
}

void own_run::fill(const char* what,
                   const std::function<void(const std::function<void(std::size_t)>&)>& seed) {
  seed([&](std::size_t done) {
    if (stop_) throw failure{"interrupted"};
    show_.live(std::string{what} + ": " + std::to_string(done) + " of " + std::to_string(wanted_.households) +
               " households");
  });
}

void own_run::prepare() {
  show_.say("data in " + server_.folder().string() + ", program " + server_.program().string());
  show_.live("starting PostgreSQL");
  server_.prepare();
  db_.emplace(server_.administration_url());
  seed();
  before_ = count_tables(*db_);
  if (wanted_.with_pgbench) {
    reference_.emplace(server_, wanted_);
    fill("pgbench", [&](auto& done) { reference_->prepare(done); });
  }
  to_.with.foyer = first_line(server_.command({"--version"}).output);
  to_.with.postgresql = db_->value("select current_setting('server_version')");
  to_.with.postgresql_settings = durable_settings(*db_);
  if (campaign_) {
    campaign_run::forget_accounts(*db_);
    server_.configure(campaign_->configuration());
  }
  show_.live("starting the server");
  server_.start();

  target_.server = server_.address();
  target_.organisation = "bench";
  target_.shop = "online";
  if (buys(wanted_.what) || wanted_.what == scenario::space) target_.offer = create_offer(server_, wanted_);
  gather_callers();
}

void own_run::seed() {
  if (server_.seeded()) {
    // What an earlier run has left to be sent, and keys that this one may use again.
    db_->execute("truncate outbox, idempotency");
    return;
  }
  fill("server", [&](auto& done) { seed_households(*db_, "bench", wanted_.households, wanted_.seed, done); });
  server_.remember_seeded();
}

std::vector<caller> own_run::callers(const std::vector<std::size_t>& numbers) const {
  std::vector<caller> out;
  for (const auto number : numbers)
    out.push_back(
        {seeded_token(wanted_.seed, number), seeded_name(number), {}, std::string{seeded_password}});
  return out;
}

void own_run::gather_callers() {
  if (wanted_.what == scenario::search || wanted_.what == scenario::wallet) target_.callers = callers({0});
  target_.household = to_string(seeded_household(1));
  const auto buyers = buyers_of(wanted_);
  for (std::size_t number = 1; number <= buyers; ++number)
    target_.callers.push_back(
        {seeded_token(wanted_.seed, number), seeded_name(number), {}, std::string{seeded_password}});
  if (wanted_.what != scenario::space && wanted_.what != scenario::mixed) return;
  const auto secret = storage::load_secret(server_.folder() / "data" / "secret");
  if (!secret) throw failure{secret.error().detail};
  give_keys(*db_, target_.organisation, *secret, target_.callers);
  if (wanted_.what == scenario::space)
    open_spaces(target_, [&](std::size_t done) {
      if (stop_) throw failure{"interrupted"};
      if (done % 50 == 0) show_.live("opened my space for " + std::to_string(done) + " visitors");
    });
}

void own_run::warm() {
  db_->execute("create extension if not exists pg_prewarm");
  db_->query(
      "select pg_prewarm(oid) from pg_class where relnamespace = 'public'::regnamespace and relkind in "
      "('r', 'i') and relname ~ '^(wallets|households|members|sessions|accounts|ledger_entries)'");
}

void own_run::settle() {
  show_.live("vacuum");
  db_->execute("vacuum (analyze)");
}

server_run own_run::measure_plan(const load_plan& plan, const std::string& label) {
  // Every run starts with no dirty pages of the one before.
  db_->execute("checkpoint");
  const watched processes{server_.process(), server_.postmaster(), server_.metrics()};
  auto out = bench::measure(plan, processes, label, show_, stop_);
  server_.check_running();
  return out;
}

// The server at its best, then offered more: `--rate`, or two and a half times that.
void own_run::measure_overload(std::size_t repeat) {
  const auto& peak = to_.peak.emplace_back(
      measure_plan(peak_plan_of(wanted_, target_, repeat), numbered("peak", repeat, wanted_.repeats)));
  if (stop_) return;
  constexpr double times_peak = 2.5;
  const auto rate = wanted_.rate > 0 ? wanted_.rate : times_peak * peak.load.per_second();
  to_.server.push_back(measure_plan(crowd_plan_of(wanted_, target_, repeat, std::max(rate, 1.0)),
                                    numbered("overload", repeat, wanted_.repeats)));
}

void own_run::measure() {
  for (std::size_t repeat = 0; repeat < wanted_.repeats && !stop_; ++repeat) {
    if (wanted_.what == scenario::overload) {
      measure_overload(repeat);
      continue;
    }
    // Both sides start with no dirty pages of the other's.
    db_->execute("checkpoint");
    const auto label = numbered(name_of(wanted_.what), repeat, wanted_.repeats);
    if (campaign_) {
      campaign_->measure(*db_, server_, repeat, to_, show_, stop_);
      server_.check_running();
      continue;
    }
    const watched processes{server_.process(), server_.postmaster(), server_.metrics()};
    if (wanted_.what == scenario::login)
      to_.quiet.push_back(bench::measure(quiet_plan_of(wanted_, target_), processes,
                                         numbered("readers alone", repeat, wanted_.repeats), show_, stop_));
    const auto& run = to_.server.emplace_back(
        bench::measure(plan_of(wanted_, target_, repeat), processes, label, show_, stop_));
    server_.check_running();
    // Without a good answer there is nothing to compare with, and no order to copy the statements from.
    if (stop_ || run.load.succeeded == 0) continue;
    if (wanted_.what == scenario::read) {
      measure_bare(repeat);
    } else if (reference_) {
      measure_pgbench(repeat);
    }
  }
}

void own_run::measure_pgbench(std::size_t repeat) {
  if (repeat == 0) {
    reference_->calibrate(*db_, [&](const pgbench_run& tried) {
      say_speed(show_, "pgbench, clients " + std::to_string(tried.clients), tried.summary.per_second,
                tried.summary.latency_mean_ms, "mean");
      if (stop_) throw failure{"interrupted"};
    });
    to_.calibration = reference_->calibration();
  }
  db_->execute("checkpoint");
  const auto label = numbered("pgbench", repeat, wanted_.repeats);
  show_.live(label + " with " + std::to_string(reference_->best_clients()) + " clients");
  const auto& run = to_.pgbench.emplace_back(reference_->measure(wanted_.duration));
  say_speed(show_, label, run.summary.per_second, run.summary.latency_mean_ms, "mean");
}

void own_run::measure_bare(std::size_t repeat) {
  if (!bare_)
    bare_.emplace(target_.server, read_targets(target_), target_.callers[0].token, server_.folder());
  auto same = target_;
  same.server = bare_->address();
  to_.bare.push_back(bench::measure(plan_of(wanted_, same, repeat),
                                    {bare_->process(), server_.postmaster(), {}},
                                    numbered("bare handler", repeat, wanted_.repeats), show_, stop_));
}

void own_run::check() {
  // What was measured before an interruption, or before the server died, is checked all the same.
  show_.live("checking");
  if (!to_.pgbench.empty() && !stop_) reference_->check();
  check_orders(*db_, before_, to_);
  check_accounts(*db_, before_, to_);
  check_debits(*db_, before_, to_);
  audit(server_, to_);
  if (server_.is_running()) server_.stop();
}

} // namespace foyer::bench
