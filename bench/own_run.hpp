#pragma once

#include "bench/bare_handler.hpp"
#include "bench/campaign_run.hpp"
#include "bench/checks.hpp"
#include "bench/database.hpp"
#include "bench/own_server.hpp"
#include "bench/pgbench.hpp"
#include "bench/progress.hpp"
#include "bench/report.hpp"
#include "bench/scenario.hpp"

#include <atomic>
#include <functional>
#include <optional>

namespace foyer::bench {

// A run on a server of its own, in three steps. What it finds out goes into the report; everything throws
// failure when there is nothing to measure.
class own_run {
public:
  own_run(const options& wanted, const std::atomic<bool>& stop, report& to);

  // Starts PostgreSQL, fills it, starts the server on it.
  void prepare();
  // Server and reference in turn, so that a machine that slows down meanwhile slows both.
  void measure();
  // Whether what was measured is also right. Stops the server.
  void check();

  // For runs that measure otherwise.
  server_run measure_plan(const load_plan& plan, const std::string& label);
  std::vector<caller> callers(const std::vector<std::size_t>& numbers) const;
  const target& where() const noexcept { return target_; }
  own_server& server() noexcept { return server_; }
  // Has PostgreSQL hold the clients in its memory, as in a house that has been open for a while. What has
  // just been started would otherwise be measured while it fetches page after page from the file system.
  void warm();
  // Does at once what PostgreSQL would do some time after a run, perhaps in the middle of the next one: dead
  // rows are removed, the planner's figures are fresh.
  void settle();

private:
  void seed();
  void measure_overload(std::size_t repeat);
  void measure_pgbench(std::size_t repeat);
  void measure_bare(std::size_t repeat);
  void gather_callers();
  void fill(const char* what, const std::function<void(const std::function<void(std::size_t)>&)>& seed);

  const options& wanted_;
  const std::atomic<bool>& stop_;
  report& to_;
  progress show_;
  std::optional<campaign_run> campaign_;
  own_server server_;
  std::optional<database> db_;
  std::optional<pgbench_reference> reference_;
  std::optional<bare_reference> bare_;
  target target_;
  table_counts before_;
};

} // namespace foyer::bench
