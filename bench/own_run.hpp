#pragma once

#include "bench/bare_handler.hpp"
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

private:
  void measure_pgbench(std::size_t repeat);
  void measure_bare(std::size_t repeat);
  void gather_callers();
  void fill(const char* what, const std::function<void(const std::function<void(std::size_t)>&)>& seed);

  const options& wanted_;
  const std::atomic<bool>& stop_;
  report& to_;
  progress show_;
  own_server server_;
  std::optional<database> db_;
  std::optional<pgbench_reference> reference_;
  std::optional<bare_reference> bare_;
  target target_;
};

} // namespace foyer::bench
