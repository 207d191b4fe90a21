#include "bench/large_runs.hpp"

#include "bench/measure.hpp"

#include <algorithm>
#include <thread>

namespace foyer::bench {

namespace {

constexpr std::size_t small_house = 1'000;
// More than a run of ten seconds reaches, and as many as stay in memory (actors.live_limit).
constexpr std::size_t newcomers_max = 150'000;
// As many as stay in the memory of sessions beside those who were here before, and than buy within some
// seconds.
constexpr std::size_t visitors_max = 60'000;
// Of whom the memory of each is the difference between: so that what the first need once is not counted.
constexpr std::size_t first_in_use = 1'000;
constexpr std::size_t in_use = 10'000;
// The allocator gives back what a burst needed.
constexpr auto rest = std::chrono::seconds{2};
constexpr std::size_t readers = 16;

// Who takes part in a repeat: each is a stranger at first. Every how-manieth of all, so that they are spread
// over them, and other ones in each repeat.
struct crowd {
  std::vector<std::size_t> newcomers; // buy at once
  std::vector<std::size_t> visitors;  // look at the shop before the sale opens
};

crowd crowd_of(const options& wanted, std::size_t repeat) {
  const auto share = wanted.households / wanted.repeats / 2;
  const auto many = std::clamp<std::size_t>(share, 1, newcomers_max);
  const auto step = std::max<std::size_t>(2, wanted.households / many);
  crowd out;
  for (auto number = 1 + 2 * repeat % step; number < wanted.households && out.newcomers.size() < many;
       number += step) {
    out.newcomers.push_back(number);
    if (out.visitors.size() < visitors_max) out.visitors.push_back(number + 1);
  }
  return out;
}

// Every caller once, as fast as they are answered.
load_plan once_each(load_plan plan) {
  auto& stream = plan.streams[0];
  stream.requests_max = stream.shapes.size() * stream.callers.size();
  plan.warm_up = {};
  plan.duration = std::chrono::minutes{5};
  return plan;
}

std::size_t resident_after_rest(const own_server& server) {
  std::this_thread::sleep_for(rest);
  return server.resident_bytes();
}

// The rush in a house whose server has just been started, by who the buyers are: some whom it has not seen
// since, the same again, and others who were signed in and looked around before the sale opened.
void measure_large(own_run& large, const options& wanted, std::size_t repeat, const std::atomic<bool>& stop,
                   report& to) {
  const auto who = crowd_of(wanted, repeat);
  auto where = large.where();
  where.callers = large.callers(who.newcomers);
  auto plan = plan_of(wanted, where, repeat);
  const auto& first =
      to.first.emplace_back(large.measure_plan(plan, numbered("first orders", repeat, wanted.repeats)));
  if (stop) return;
  large.settle();
  auto& callers = plan.streams[0].callers;
  const auto seen = static_cast<std::size_t>(first.load.succeeded_in_all);
  callers.resize(std::clamp<std::size_t>(seen, 1, callers.size()));
  plan.key_high = plan_of(wanted, large.where(), repeat).key_high;
  to.server.push_back(large.measure_plan(plan, numbered("scale", repeat, wanted.repeats)));
  if (stop) return;
  large.settle();
  where.callers = large.callers(who.visitors);
  large.measure_plan(once_each(visit_plan_of(wanted, where, repeat)),
                     numbered("before the sale", repeat, wanted.repeats));
  if (stop) return;
  to.visited.push_back(large.measure_plan(once_each(plan_of(wanted, where, repeat)),
                                          numbered("seen before", repeat, wanted.repeats)));
}

} // namespace

void run_scale(const options& wanted, const std::atomic<bool>& stop, report& to) {
  auto few = wanted;
  // Never the same, which would be the same folder of kept data.
  few.households = std::min(small_house, std::max<std::size_t>(1, wanted.households / 2));
  report small_report;
  small_report.wanted = few;
  own_run small{few, stop, small_report};
  own_run large{wanted, stop, to};
  small.prepare();
  large.prepare();
  small.warm();
  large.warm();
  // The mails that one has left to send must not take the other's time.
  small.server().stop();
  large.server().stop();
  for (std::size_t repeat = 0; repeat < wanted.repeats && !stop; ++repeat) {
    small.settle();
    small.server().start();
    small_report.server.push_back(small.measure_plan(plan_of(few, small.where(), repeat),
                                                     numbered("1,000 households", repeat, wanted.repeats)));
    small.server().stop();
    if (stop) break;
    large.settle();
    large.server().start();
    measure_large(large, wanted, repeat, stop, to);
    if (stop) break;
    large.server().stop();
  }
  to.small = small_report.server;
  if (stop) return;
  small.server().start();
  large.server().start();
  small.check();
  large.check();
  for (const auto& problem : small_report.problems) to.problems.push_back("1,000 households: " + problem);
}

void run_memory(const options& wanted, const std::atomic<bool>& stop, report& to) {
  own_run all{wanted, stop, to};
  all.prepare();
  memory_figures found;
  found.ready = resident_after_rest(all.server());
  const auto use = [&](std::size_t from, std::size_t last, const char* what) {
    std::vector<std::size_t> numbers;
    const auto step = std::max<std::size_t>(1, wanted.households / in_use);
    for (auto i = from; i <= last; ++i) numbers.push_back(1 + (i - 1) * step);
    auto where = all.where();
    where.callers = all.callers(numbers);
    auto plan = once_each(plan_of(wanted, where, 0));
    plan.streams[0].connections = readers;
    to.server.push_back(all.measure_plan(plan, what));
  };
  found.households = std::min(in_use, wanted.households);
  found.first_households = std::min(first_in_use, found.households);
  use(1, found.first_households, "the first households");
  found.first = found.in_use = resident_after_rest(all.server());
  if (found.households > found.first_households && !stop) {
    use(found.first_households + 1, found.households, "more households");
    found.in_use = resident_after_rest(all.server());
  }
  to.memory = found;
  all.check();
}

void run_start(const options& wanted, const std::atomic<bool>& stop, report& to) {
  own_run all{wanted, stop, to};
  all.prepare();
  for (std::size_t repeat = 0; repeat < wanted.repeats && !stop; ++repeat) {
    all.server().stop();
    const auto took = std::chrono::duration<double, std::milli>(all.server().start()).count();
    to.ready_ms.push_back(took);
  }
  all.check();
}

} // namespace foyer::bench
