#include "bench/run.hpp"

#include "bench/checks.hpp"
#include "bench/large_runs.hpp"
#include "bench/measure.hpp"
#include "bench/own_run.hpp"
#include "bench/scenario.hpp"

namespace foyer::bench {

namespace {

void run_against(const options& wanted, const std::atomic<bool>& stop, report& to) {
  progress show;
  target where;
  where.server = *parse_server_url(wanted.url);
  where.organisation = wanted.organisation;
  where.shop = wanted.shop;
  where.offer = wanted.offer;
  where.household = wanted.household;
  for (const auto& token : wanted.tokens) where.callers.push_back({token, {}, {}});
  for (std::size_t repeat = 0; repeat < wanted.repeats && !stop; ++repeat) {
    const auto label = numbered(name_of(wanted.what), repeat, wanted.repeats);
    to.server.push_back(measure(plan_of(wanted, where, repeat), {}, label, show, stop));
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
  } else if (wanted.what == scenario::scale) {
    run_scale(wanted, stop, out);
  } else if (wanted.what == scenario::memory) {
    run_memory(wanted, stop, out);
  } else if (wanted.what == scenario::start) {
    run_start(wanted, stop, out);
  } else {
    own_run all{wanted, stop, out};
    all.prepare();
    all.measure();
    all.check();
  }
  check_answers(out);
  if (stop) out.problems.push_back("interrupted");
  return out;
}

} // namespace foyer::bench
