#include "bench/load.hpp"

#include "bench/failure.hpp"
#include "bench/load_stream.hpp"

#include <boost/asio/connect.hpp>

#include <algorithm>

namespace foyer::bench {

namespace asio = boost::asio;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

namespace {

// How long the requests in flight at the end may take.
constexpr auto drain_deadline = std::chrono::seconds{20};
constexpr auto tick = std::chrono::milliseconds{100};
constexpr auto sample_every = std::chrono::milliseconds{500};
constexpr auto progress_every = std::chrono::seconds{1};
// Connections are lost and nothing is answered for so long: the server is gone.
constexpr auto gone_after = std::chrono::seconds{5};

class generator {
public:
  generator(const load_plan& plan, const load_hooks& hooks, const std::atomic<bool>& stop)
      : hooks_{hooks}, stop_{stop}, ticker_{context_}, state_{plan} {}

  load_result run();

private:
  void find_endpoint();
  void schedule_tick();
  void on_tick();
  void begin_measuring();
  void begin_draining(bool interrupted);
  void report_progress(steady::time_point now);
  bool server_is_gone(steady::time_point now) const {
    return state_.lost_since_answer > 0 && now - state_.answered > gone_after;
  }

  const load_hooks& hooks_;
  const std::atomic<bool>& stop_;
  asio::io_context context_{1};
  asio::steady_timer ticker_;
  load_state state_;
  std::vector<std::unique_ptr<stream_driver>> streams_;
  steady::time_point drain_until_;
  steady::time_point reported_;
  steady::time_point sampled_;
};

void generator::find_endpoint() {
  const auto& plan = state_.plan;
  asio::ip::tcp::resolver resolver{context_};
  error_code error;
  const auto endpoints = resolver.resolve(plan.host, std::to_string(plan.port), error);
  if (error) throw failure{"cannot resolve " + plan.host + ": " + error.message()};
  // A name may stand for several addresses, of which the server listens on one.
  asio::ip::tcp::socket probe{context_};
  state_.endpoint = asio::connect(probe, endpoints, error);
  if (error)
    throw failure{"cannot connect to " + plan.host + ":" + std::to_string(plan.port) + ": " +
                  error.message()};
}

load_result generator::run() {
  find_endpoint();
  state_.started = state_.answered = reported_ = sampled_ = steady::now();
  // Before the measured time begins, all of it is warm-up.
  state_.measuring_since = state_.measuring_until = state_.started + state_.plan.warm_up;
  for (const auto& each : state_.plan.streams)
    streams_.push_back(std::make_unique<stream_driver>(context_, each, state_));
  // A short load may be over before the first tick.
  if (state_.plan.warm_up <= std::chrono::nanoseconds{0}) begin_measuring();
  for (const auto& each : streams_) each->start();
  schedule_tick();
  context_.run();
  return std::move(state_.result);
}

void generator::schedule_tick() {
  ticker_.expires_after(tick);
  ticker_.async_wait([this](error_code error) {
    if (!error) on_tick();
  });
}

void generator::begin_measuring() {
  state_.phase = load_phase::measuring;
  if (hooks_.measuring_starts) hooks_.measuring_starts();
  state_.measuring_since = steady::now();
}

void generator::begin_draining(bool interrupted) {
  const auto now = steady::now();
  state_.result.interrupted = interrupted;
  state_.measuring_until = now;
  state_.result.measuring_since = state_.measuring_since;
  if (state_.phase == load_phase::measuring) {
    state_.result.measured = now - state_.measuring_since;
    if (hooks_.measuring_ends) hooks_.measuring_ends();
  }
  state_.phase = load_phase::draining;
  for (const auto& each : streams_) {
    each->sample(now);
    each->stop();
  }
  drain_until_ = steady::now() + drain_deadline;
}

void generator::on_tick() {
  const auto now = steady::now();
  const bool sending = state_.phase != load_phase::draining;
  for (const auto& each : streams_) each->check_deadlines(now);
  if (sending && now - sampled_ >= sample_every) {
    for (const auto& each : streams_) each->sample(now);
    sampled_ = now;
  }
  if (sending && now - reported_ >= progress_every) report_progress(now);
  if (state_.phase == load_phase::warm_up && now - state_.started >= state_.plan.warm_up) begin_measuring();
  const bool interrupted = stop_.load();
  const bool exhausted =
      std::all_of(streams_.begin(), streams_.end(), [](const auto& each) { return each->exhausted(); });
  const bool over = state_.phase == load_phase::measuring &&
                    (exhausted || now - state_.measuring_since >= state_.plan.duration);
  if (sending && !over && !interrupted) state_.result.gave_up = server_is_gone(now);
  if (sending && (interrupted || over || state_.result.gave_up)) begin_draining(interrupted);
  if (state_.phase == load_phase::draining) {
    const bool all_idle =
        std::all_of(streams_.begin(), streams_.end(), [](const auto& each) { return each->idle(); });
    if (all_idle || now > drain_until_) {
      for (const auto& each : streams_) each->close_all();
      return;
    }
  }
  schedule_tick();
}

void generator::report_progress(steady::time_point now) {
  const std::chrono::duration<double> passed = now - reported_;
  auto& since = state_.since_progress;
  load_progress progress;
  progress.since_start = now - state_.started;
  progress.warming_up = state_.phase == load_phase::warm_up;
  progress.per_second = static_cast<double>(since.count()) / passed.count();
  progress.p99_ns = since.quantile_ns(0.99);
  progress.failed = state_.result.failed();
  if (hooks_.progress) hooks_.progress(progress);
  since.reset();
  reported_ = now;
}

} // namespace

std::uint64_t load_result::failed() const {
  std::uint64_t sum = connection_errors + timeouts;
  for (const auto& [status, count] : errors_by_status) sum += count;
  return sum;
}

double load_result::per_second() const {
  const std::chrono::duration<double> seconds = measured;
  return seconds.count() > 0 ? static_cast<double>(succeeded) / seconds.count() : 0;
}

const kind_result* load_result::kind(std::string_view name) const {
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](auto& each) { return each.kind == name; });
  return found == kinds.end() ? nullptr : &*found;
}

load_result run_load(const load_plan& plan, const load_hooks& hooks, const std::atomic<bool>& stop) {
  return generator{plan, hooks, stop}.run();
}

} // namespace foyer::bench
