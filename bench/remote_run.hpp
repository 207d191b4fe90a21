#pragma once

#include "bench/progress.hpp"
#include "bench/remote_api.hpp"
#include "bench/remote_checks.hpp"
#include "bench/remote_house.hpp"
#include "bench/report.hpp"
#include "bench/scenario.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace foyer::bench {

// A run on somebody else's server (--url), in three steps. With a token of staff it makes clients and an
// offer there, and archives them at its end, also after a failure. Everything throws failure when there is
// nothing to measure.
class remote_run {
public:
  remote_run(const options& wanted, const std::atomic<bool>& stop, report& to);
  remote_run(const remote_run&) = delete;
  remote_run& operator=(const remote_run&) = delete;
  ~remote_run();

  void prepare();
  void measure();
  // What can be asked over HTTP of what was measured.
  void check();

private:
  void make_callers();
  void make_offer();
  void make_visitors();
  void add_accounts();
  void type_clients();
  void watch();
  void measure_campaign(std::size_t repeat);
  remote_house& add_house();

  const options& wanted_;
  const std::atomic<bool>& stop_;
  report& to_;
  progress show_;
  remote_api api_;
  remote_checks checks_;
  std::string staff_; // the token of staff; empty: all are buyers'
  target target_;
  std::vector<std::unique_ptr<remote_house>> houses_; // what was made: one, or one for each campaign
  std::uint64_t first_keys_ = 0;                      // of the first repeat
};

} // namespace foyer::bench
