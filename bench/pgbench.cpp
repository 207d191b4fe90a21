#include "bench/pgbench.hpp"

#include "bench/cpu_look.hpp"
#include "bench/failure.hpp"
#include "bench/pgbench_script.hpp"
#include "bench/seed.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <thread>

namespace foyer::bench {

namespace fs = std::filesystem;

namespace {

const std::string reference_database = "foyer_bench_reference";
constexpr std::size_t client_counts[] = {1, 4, 8, 16, 32, 64};
constexpr std::chrono::milliseconds trial_duration_max{2'000};
// Each run's ids start this much higher than the former's; below 2^40 for a thousand runs.
constexpr std::uint64_t ids_per_run = 1'000'000'000;

std::string line_with(std::string_view output, std::string_view label) {
  const auto at = output.find(label);
  if (at == std::string_view::npos) return {};
  const auto rest = output.substr(at + label.size());
  return std::string{rest.substr(0, rest.find('\n'))};
}

template <class Number>
bool read_number(const std::string& text, Number& to) {
  const auto start = std::min(text.find_first_not_of(' '), text.size());
  const auto [end, error] = std::from_chars(text.data() + start, text.data() + text.size(), to);
  return error == std::errc{};
}

void create_database(database& admin, const std::string& like, const std::string& name) {
  const auto all = admin.query("select pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider, "
                               "coalesce(daticulocale, '') from pg_database where datname = " +
                               admin.quoted(like));
  if (all.values.empty()) throw failure{"no database " + like};
  const auto& of = all.values[0];
  std::string sql = "create database " + name + " template template0 encoding " + admin.quoted(*of[0]) +
                    " lc_collate " + admin.quoted(*of[1]) + " lc_ctype " + admin.quoted(*of[2]);
  if (*of[3] == "i") sql += " locale_provider icu icu_locale " + admin.quoted(*of[4]);
  admin.execute(sql);
}

} // namespace

std::optional<pgbench_summary> parse_pgbench_summary(std::string_view output) {
  pgbench_summary summary;
  // "number of failed transactions: 0 (0.000%)" is printed by PostgreSQL 15 and newer.
  if (!read_number(line_with(output, "number of transactions actually processed:"), summary.transactions) ||
      !read_number(line_with(output, "tps ="), summary.per_second) ||
      !read_number(line_with(output, "latency average ="), summary.latency_mean_ms))
    return std::nullopt;
  read_number(line_with(output, "number of failed transactions:"), summary.failed);
  return summary;
}

std::string find_pgbench() {
  std::error_code error;
  std::vector<std::pair<int, std::string>> found;
  for (const auto& entry : fs::directory_iterator{"/usr/lib/postgresql", error}) {
    const auto program = entry.path() / "bin" / "pgbench";
    int version = 0;
    const auto name = entry.path().filename().string();
    std::from_chars(name.data(), name.data() + name.size(), version);
    if (fs::is_regular_file(program, error)) found.emplace_back(version, program.string());
  }
  if (!found.empty()) return std::max_element(found.begin(), found.end())->second;
  if (run_command({"sh", "-c", "command -v pgbench"}, std::chrono::seconds{10}).status == 0) return "pgbench";
  throw failure{"no pgbench: install postgresql, or leave it out with --no-pgbench"};
}

pgbench_reference::pgbench_reference(const own_server& server, const options& wanted)
    : server_{server}, wanted_{wanted}, program_{find_pgbench()} {}

void pgbench_reference::prepare(const std::function<void(std::size_t done)>& progress) {
  database own{server_.database_url()};
  create_database(own, own_server::own_database, reference_database);
  server_.must_command({"migrate"}, server_.configure_for(reference_database));
  database reference{server_.administration_url(reference_database)};
  const auto organisation = own.query("select * from organisations where slug = 'bench'");
  reference.execute(insert_statement("organisations", organisation, {}));
  seed_households(reference, "bench", wanted_.households, wanted_.seed, progress);
}

void pgbench_reference::calibrate(database& sample, const std::function<void(const pgbench_run&)>& tried) {
  std::ofstream script{server_.folder() / "pgbench.sql"};
  script << (wanted_.what == scenario::rush ? rush_script(sample) : wallet_script(sample));
  if (!script.flush()) throw failure{"cannot write pgbench.sql into " + server_.folder().string()};
  database reference{server_.administration_url(reference_database)};
  const auto stock =
      sample.query("select offer_id, organisation_id, capacity, 0 as sold, 0 as held from offer_stock");
  if (!stock.values.empty()) reference.execute(insert_statement("offer_stock", stock, {}));
  // Up and down again, so that a machine that slows down meanwhile favours none.
  std::vector<std::size_t> counts{std::begin(client_counts), std::end(client_counts)};
  std::map<std::size_t, double> speeds;
  for (int round = 0; round < 2; ++round) {
    for (const auto clients : counts) {
      const auto& trial =
          calibration_.emplace_back(run(clients, std::min(trial_duration_max, wanted_.duration)));
      tried(trial);
      speeds[clients] += trial.summary.per_second;
    }
    std::reverse(counts.begin(), counts.end());
  }
  best_clients_ = std::max_element(speeds.begin(), speeds.end(), [](const auto& a, const auto& b) {
                    return a.second < b.second;
                  })->first;
}

pgbench_run pgbench_reference::measure(std::chrono::milliseconds duration) {
  return run(best_clients_, duration);
}

pgbench_run pgbench_reference::run(std::size_t clients, std::chrono::milliseconds duration) {
  const auto threads = std::min<std::size_t>(clients, std::max(1U, std::thread::hardware_concurrency()));
  // pgbench counts whole seconds.
  const auto seconds = std::max<std::int64_t>(1, (duration.count() + 999) / 1000);
  const auto before = look_at_cpu(server_.process(), server_.postmaster());
  const auto outcome = run_command(
      {program_, "-M", "prepared", "-n", "-c", std::to_string(clients), "-j", std::to_string(threads), "-T",
       std::to_string(seconds), "-D", "households=" + std::to_string(wanted_.households), "-D",
       "base=" + std::to_string(++runs_ * ids_per_run), "-D", "n=0", "-f",
       (server_.folder() / "pgbench.sql").string(), server_.database_url(reference_database)},
      std::chrono::seconds{seconds + 120});
  const auto after = look_at_cpu(server_.process(), server_.postmaster());
  const auto summary = parse_pgbench_summary(outcome.output);
  // A client that fails leaves, and the others go on: what they say is then no reference.
  if (outcome.status != 0 || !summary || summary->failed > 0 || summary->transactions == 0)
    throw failure{"pgbench failed with status " + std::to_string(outcome.status) + ":\n" +
                  outcome.errors.substr(0, 2000) + outcome.output};
  transactions_ += summary->transactions;
  pgbench_run result{clients, *summary, 0, share_of_others(before, after)};
  if (before.postgres && after.postgres)
    result.postgres_us_per_transaction =
        static_cast<double>(*after.postgres - *before.postgres) / static_cast<double>(summary->transactions);
  return result;
}

void pgbench_reference::check() {
  database reference{server_.administration_url(reference_database)};
  const auto expect = [&](const std::string& what, const std::string& sql) {
    if (const auto found = reference.value(sql); found != std::to_string(transactions_))
      throw failure{"pgbench made " + std::to_string(transactions_) + " transactions, but " + found + " " +
                    what};
  };
  expect("ledger entries", "select count(*) from ledger_entries where amount < 0");
  if (wanted_.what != scenario::rush) return;
  expect("orders", "select count(*) from orders");
  expect("places sold", "select sum(sold) from offer_stock");
}

} // namespace foyer::bench
