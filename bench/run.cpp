#include "bench/run.hpp"

#include "bench/cpu_look.hpp"
#include "bench/failure.hpp"
#include "bench/http_call.hpp"
#include "bench/progress.hpp"
#include "bench/scenario.hpp"
#include "bench/seed.hpp"

#include <boost/json/parse.hpp>

#include <cstdio>

namespace foyer::bench {

namespace {

// As of a shell and OPERATIONS.md: misuse, here of a subcommand that this foyer does not know.
constexpr int exit_misuse = 2;

server_run measure_server(const load_plan& plan, const own_server* own, const std::string& label, progress& show,
                          const std::atomic<bool>& stop) {
  cpu_look before, after;
  const auto look = [own] { return look_at_cpu(own ? own->process() : 0, own ? own->postmaster() : 0); };
  load_hooks hooks;
  hooks.progress = [&](const load_progress& now) { show.live(label, now); };
  hooks.measuring_starts = [&] { before = look(); };
  hooks.measuring_ends = [&] { after = look(); };

  server_run out;
  out.load = run_load(plan, hooks, stop);
  out.others_share = share_of_others(before, after);
  const auto requests = static_cast<double>(out.load.succeeded);
  if (requests == 0) return out;
  if (before.server && after.server) out.server_us = static_cast<double>(*after.server - *before.server) / requests;
  if (before.postgres && after.postgres)
    out.postgres_us = static_cast<double>(*after.postgres - *before.postgres) / requests;
  out.generator_us = static_cast<double>(after.generator - before.generator) / requests;
  return out;
}

std::string numbered(const char* what, std::size_t repeat, std::size_t repeats) {
  return std::string{what} + " " + std::to_string(repeat + 1) + "/" + std::to_string(repeats);
}

void say_speed(progress& show, const std::string& label, double per_second, double ms, const char* of) {
  char text[160];
  std::snprintf(text, sizeof text, "%-22s %8.0f /s   %s %.2f ms", label.c_str(), per_second, of, ms);
  show.say(text);
}

void note_failures(report& to) {
  std::uint64_t failed = 0;
  for (const auto& run : to.server) {
    failed += run.load.failed();
    if (run.load.succeeded == 0 && !run.load.interrupted) to.problems.push_back("a repeat without any good answer");
  }
  if (failed > 0) to.problems.push_back(std::to_string(failed) + " requests failed");
}

// The first line of what a command prints.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// The offer that the scenario buys, made as an editor would make it.
std::string create_offer(const own_server& server, const options& wanted) {
  const auto answer = http_call(server.address(), "POST", "/api/v1/orgs/bench/staff/offers",
                                seeded_token(wanted.seed, 0), offer_body(wanted.what));
  if (answer.status != 201)
    throw failure{"the server did not create the offer: status " + std::to_string(answer.status) + "\n" + answer.body};
  boost::system::error_code error;
  const auto body = boost::json::parse(answer.body, error);
  const auto* id = error || !body.is_object() ? nullptr : body.as_object().if_contains("id");
  if (id == nullptr || !id->is_string()) throw failure{"the answer to the new offer has no id:\n" + answer.body};
  return std::string{id->as_string()};
}

// Every order that was answered 201 must be there, and no other, but for those without an answer.
void check_orders(database& db, const options& wanted, report& to) {
  if (wanted.what == scenario::read) return;
  std::uint64_t answered = 0, unknown = 0;
  for (const auto& run : to.server) {
    answered += run.load.succeeded_in_all;
    unknown += run.load.unknown_in_all;
  }
  for (const char* table : {"orders", "tickets"}) {
    const auto found = std::stoull(db.value(std::string{"select count(*) from "} + table));
    if (found < answered || found > answered + unknown)
      to.problems.push_back(std::to_string(answered) + " orders were answered 201 (and " + std::to_string(unknown) +
                            " not at all), but there are " + std::to_string(found) + " " + table);
  }
}

void audit(const own_server& server, report& to) {
  if (server.command({"audit", "--help"}).status == exit_misuse) {
    to.audit = audit_outcome::unavailable;
    return;
  }
  const auto outcome = server.command({"audit"});
  if (outcome.status == 0) {
    to.audit = audit_outcome::clean;
    return;
  }
  to.audit = audit_outcome::violations;
  to.problems.push_back("foyer audit ended with status " + std::to_string(outcome.status) + ":\n" +
                        outcome.output.substr(0, 4000) + outcome.errors.substr(0, 2000));
}

// Figures of a database that may lose what it confirmed are worth nothing here.
std::string settings_of(database& db) {
  std::string out;
  for (const char* name : {"fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "shared_buffers"}) {
    const auto value = db.value(std::string{"select current_setting('"} + name + "')");
    if (value == "off") throw failure{std::string{"PostgreSQL runs with "} + name + " off: nothing would be durable"};
    out.append(out.empty() ? "" : ", ").append(name).append(" ").append(value);
  }
  return out;
}

class own_run {
public:
  own_run(const options& wanted, const std::atomic<bool>& stop, report& to)
      : wanted_{wanted}, stop_{stop}, to_{to}, server_{wanted} {}

  void prepare();
  void measure();
  void check();

private:
  void fill(const char* what, const std::function<void(const std::function<void(std::size_t)>&)>& seed);

  const options& wanted_;
  const std::atomic<bool>& stop_;
  report& to_;
  progress show_;
  own_server server_;
  std::optional<database> db_;
  std::optional<pgbench_reference> reference_;
  target target_;
};

void own_run::fill(const char* what, const std::function<void(const std::function<void(std::size_t)>&)>& seed) {
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
  db_.emplace(server_.database_url());
  fill("server", [&](auto& done) { seed_households(*db_, "bench", wanted_.households, wanted_.seed, done); });
  if (wanted_.with_pgbench && wanted_.what != scenario::read) {
    reference_.emplace(server_, wanted_);
    fill("pgbench", [&](auto& done) { reference_->prepare(done); });
  }
  to_.with.foyer = first_line(server_.command({"--version"}).output);
  to_.with.postgresql = db_->value("select current_setting('server_version')");
  to_.with.postgresql_settings = settings_of(*db_);
  show_.live("starting the server");
  server_.start();

  target_.server = server_.address();
  target_.organisation = "bench";
  target_.shop = "online";
  if (wanted_.what != scenario::read) target_.offer = create_offer(server_, wanted_);
  const auto buyers = wanted_.what == scenario::wallet ? 1 : wanted_.households;
  for (std::size_t number = 1; number <= buyers; ++number) target_.tokens.push_back(seeded_token(wanted_.seed, number));
}

// Server and pgbench in turn, so that a machine that slows down meanwhile slows both.
void own_run::measure() {
  for (std::size_t repeat = 0; repeat < wanted_.repeats && !stop_; ++repeat) {
    // Both sides start with no dirty pages of the other's.
    db_->execute("checkpoint");
    const auto label = numbered(name_of(wanted_.what), repeat, wanted_.repeats);
    const auto& run = to_.server.emplace_back(
        measure_server(plan_of(wanted_, target_, repeat), &server_, label, show_, stop_));
    say_speed(show_, label, run.load.per_second(), static_cast<double>(run.load.latency.quantile_ns(0.99)) / 1e6, "p99");
    server_.check_running();
    // Without a good answer there is nothing to compare with, and nothing to copy the statements from.
    if (!reference_ || stop_ || run.load.succeeded == 0) continue;
    if (repeat == 0) {
      reference_->calibrate(*db_, [&](const pgbench_run& tried) {
        say_speed(show_, "pgbench, clients " + std::to_string(tried.clients), tried.summary.per_second,
                  tried.summary.latency_mean_ms, "mean");
        if (stop_) throw failure{"interrupted"};
      });
    }
    db_->execute("checkpoint");
    const auto beside = numbered("pgbench", repeat, wanted_.repeats);
    show_.live(beside + " with " + std::to_string(reference_->best_clients()) + " clients");
    const auto& other = to_.pgbench.emplace_back(reference_->measure(wanted_.duration));
    say_speed(show_, beside, other.summary.per_second, other.summary.latency_mean_ms, "mean");
  }
  if (reference_) to_.calibration = reference_->calibration();
}

void own_run::check() {
  if (stop_) return;
  show_.live("checking");
  if (!to_.pgbench.empty()) reference_->check();
  check_orders(*db_, wanted_, to_);
  audit(server_, to_);
  server_.stop();
}

void run_against(const options& wanted, const std::atomic<bool>& stop, report& to) {
  progress show;
  target where;
  where.server = *parse_server_url(wanted.url);
  where.organisation = wanted.organisation;
  where.shop = wanted.shop;
  where.offer = wanted.offer;
  where.tokens = wanted.tokens;
  for (std::size_t repeat = 0; repeat < wanted.repeats && !stop; ++repeat) {
    const auto label = numbered(name_of(wanted.what), repeat, wanted.repeats);
    const auto& run =
        to.server.emplace_back(measure_server(plan_of(wanted, where, repeat), nullptr, label, show, stop));
    say_speed(show, label, run.load.per_second(), static_cast<double>(run.load.latency.quantile_ns(0.99)) / 1e6, "p99");
  }
}

} // namespace

report run(const options& wanted, const std::atomic<bool>& stop) {
  report out;
  out.wanted = wanted;
  out.on = this_machine();
  out.with.bench = FOYER_VERSION;
  if (!wanted.url.empty()) {
    run_against(wanted, stop, out);
  } else {
    own_run all{wanted, stop, out};
    all.prepare();
    all.measure();
    all.check();
  }
  note_failures(out);
  if (stop) out.problems.push_back("interrupted");
  return out;
}

} // namespace foyer::bench
