#pragma once

#include "bench/database.hpp"
#include "bench/own_server.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::bench {

// What pgbench's own summary says.
struct pgbench_summary {
  std::uint64_t transactions = 0;
  std::uint64_t failed = 0;
  double per_second = 0; // without the time to connect
  double latency_mean_ms = 0;
};
std::optional<pgbench_summary> parse_pgbench_summary(std::string_view output);

struct pgbench_run {
  std::size_t clients = 0;
  pgbench_summary summary;
  double postgres_us_per_transaction = 0;
  // The part of the machine that processes outside this measurement took, 0 to 1.
  std::optional<double> others_share;
};

// The conventional program to compare with: pgbench on a database of its own in the server's cluster, with
// the same migrations, data and indexes. Everything throws failure.
class pgbench_reference {
public:
  pgbench_reference(const own_server& server, const options& wanted);

  // Makes the database and fills it as the server's was filled.
  void prepare(const std::function<void(std::size_t done)>& progress);
  // Takes the statements from what the server wrote meanwhile, then tries client counts briefly, twice, and
  // keeps the one with the most transactions in both. `tried` is told of each.
  void calibrate(database& sample, const std::function<void(const pgbench_run&)>& tried);
  pgbench_run measure(std::chrono::milliseconds duration);
  // Fails unless the rows are those of the transactions: a reference that does less would flatter the server.
  void check();

  std::size_t best_clients() const noexcept { return best_clients_; }
  const std::vector<pgbench_run>& calibration() const noexcept { return calibration_; }

private:
  pgbench_run run(std::size_t clients, std::chrono::milliseconds duration);

  const own_server& server_;
  const options& wanted_;
  std::string program_;
  std::vector<pgbench_run> calibration_;
  std::size_t best_clients_ = 1;
  std::size_t runs_ = 0;
  std::uint64_t transactions_ = 0;
};

// The program pgbench of the newest PostgreSQL on this machine. Throws failure.
std::string find_pgbench();

} // namespace foyer::bench
