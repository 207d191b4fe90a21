#pragma once

#include "bench/load.hpp"
#include "bench/machine.hpp"
#include "bench/options.hpp"
#include "bench/pgbench.hpp"
#include "bench/watcher.hpp"

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace foyer::bench {

// One measured run of the server. CPU is in microseconds per succeeded request; none where it can't be seen.
struct server_run {
  load_result load;
  std::optional<double> server_us;
  std::optional<double> postgres_us;
  double generator_us = 0;
  // The part of the machine that processes outside this measurement took, 0 to 1.
  std::optional<double> others_share;
  std::vector<watch_sample> watch;
};

// Of `invitation`, beside its server_run, whose requests are mails.
struct campaign_figures {
  double queued_s = 0; // from the request until every mail was in the outbox
  double sent_s = 0;   // from the first mail at the receiver to the last
  std::uint64_t mails = 0;
};

struct versions {
  std::string bench;
  std::string foyer;
  std::string postgresql;
  std::string postgresql_settings; // those that durability and speed hang on
};

enum class audit_outcome {
  not_run,     // somebody else's server, or a run that was interrupted
  unavailable, // this foyer has no such command
  clean,
  violations,
  failed, // it could not check
};

const char* name_of(audit_outcome outcome);

// What the server holds resident, in bytes: when it is ready, with the first households in use, with all of
// them.
struct memory_figures {
  std::size_t ready = 0;
  std::size_t first_households = 0, first = 0;
  std::size_t households = 0, in_use = 0;

  // Of one household with its wallet, account and session; 0 when there were too few to say.
  double per_household() const;
};

// Everything that a call of the program found out.
struct report {
  options wanted;
  machine on;
  versions with;
  std::vector<server_run> server;
  std::vector<pgbench_run> pgbench; // in turn with `server`, so of the same length, or empty
  std::vector<pgbench_run> calibration;
  std::vector<server_run> bare;            // of read: in turn with `server`
  std::vector<server_run> quiet;           // of login: the readers without the storm, in turn with `server`
  std::vector<campaign_figures> campaigns; // of invitation: in turn with `server`
  std::vector<server_run> peak;            // of overload: what the server does at most, in turn with `server`
  std::vector<server_run> small;           // of scale: the rush on few households, in turn with `server`
  std::vector<server_run> first;           // of scale: buyers whom the server hasn't seen since it started
  std::vector<server_run> visited; // of scale: those whom it has seen, but who have bought nothing yet
  std::optional<memory_figures> memory;
  std::vector<double> ready_ms; // of start: each
  audit_outcome audit = audit_outcome::not_run;
  // Of somebody else's server, where no audit reaches: what was found right over HTTP, and what was not
  // looked at.
  std::vector<std::string> checked;
  std::vector<std::string> unchecked;
  std::vector<std::string> notes;    // what to know about the figures, such as what stood in the way
  std::vector<std::string> problems; // why the run failed; empty: it did not

  // All latencies of all repeats.
  histogram latency() const;
  // Those of all repeats together.
  std::vector<kind_result> kinds() const;
  double server_per_second() const; // median
  std::optional<double> pgbench_per_second() const;
  // The median of each repeat's own ratio, because the machine's speed drifts from repeat to repeat.
  std::optional<double> ratio() const;
  // The same of the CPU per request of server and bare handler (B3).
  std::optional<double> bare_ratio() const;
  // The same of answers a second: of scale (B5) with buyers who are known, who are not, and who looked around
  // before; of overload.
  std::optional<double> scale_ratio() const;
  std::optional<double> first_ratio() const;
  std::optional<double> visited_ratio() const;
  std::optional<double> overload_ratio() const;
  // The same of the readers' p99 in the storm and without it (B4).
  std::optional<double> readers_ratio() const;
};

double median(std::vector<double> values); // 0 when there are none
// How much more CPU an answer takes, server and PostgreSQL together, in `of` than in `than` of the same
// repeat: the median. None where it can't be seen.
std::optional<double> cpu_ratio(const std::vector<server_run>& of, const std::vector<server_run>& than);

// Kernel threads that write for us count as others too; more than this part of the machine is somebody else.
inline constexpr double quiet_share = 0.2;

void print_table(std::ostream& to, const report& of);
// One JSON object with all figures; times in the unit that a key ends with.
std::string to_json(const report& of);

} // namespace foyer::bench
