#pragma once

#include "tests/simulation/faulty_journal.hpp"
#include "tests/simulation/faulty_loaders.hpp"
#include "tests/simulation/requests.hpp"

#include <functional>
#include <memory>

namespace foyer::simulation {

class virtual_clock final : public clock_source {
public:
  [[nodiscard]] time_point now() const override { return now_; }
  void advance(duration by) { now_ += by; }

private:
  time_point now_{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
};

/// One life of the server: actors and coroutines that run one message at a time, when told. It may crash; the
/// tables stay.
class process {
public:
  process(tables& in, dice& chance, const clock_source& clock, const house& here,
          faulty_journal::faults faults, std::size_t reads_fail_one_in);
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  /// What a step did.
  enum did { nothing, acted, resumed, read, wrote, told };
  /// Lets one part go on, whichever chance says.
  did step();
  /// Whether anything can go on.
  [[nodiscard]] bool busy() const;

  void run(const request& what, std::function<void(answer)> done);
  /// Somebody of the household comes with a session that the server has not seen.
  void arrive(const household_id& whose);
  /// Idle actors leave memory.
  void sweep();
  void end_faults();
  /// The timer looks at the clock.
  void tick();
  /// Nobody is answered any more. What the database was doing for the process, it may still do.
  std::vector<commit> crash();

  /// What an actor says once everything came to rest.
  std::optional<offer::state> view(const offer_id& which);
  std::optional<wallet::state> view(const household_id& whose);
  std::optional<account::state> view(const account_id& whose);
  std::optional<household::state> view_household(const household_id& which);

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

} // namespace foyer::simulation
