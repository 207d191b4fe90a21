#include "bench/load_stream.hpp"

#include <algorithm>

namespace foyer::bench {

namespace asio = boost::asio;
using steady = std::chrono::steady_clock;

namespace {

// Shorter pieces, such as the rest at the end, would show the chance of a moment.
constexpr auto sample_least = std::chrono::milliseconds{200};

std::int64_t nanoseconds(steady::duration of) {
  return std::chrono::nanoseconds{of}.count();
}

} // namespace

stream_driver::stream_driver(asio::io_context& context, const load_stream& what, load_state& shared)
    : context_{context}, what_{what}, shared_{shared}, timeline_{shared.result.timelines.size()},
      pacer_{context} {
  shared.result.timelines.push_back({what.name, {}});
  auto& kinds = shared.result.kinds;
  for (const auto& shape : what.shapes) {
    const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const kind_result& known) {
      return known.stream == what.name && known.kind == shape.kind();
    });
    kind_of_shape_.push_back(static_cast<std::size_t>(found - kinds.begin()));
    if (found == kinds.end()) {
      auto& fresh = kinds.emplace_back();
      fresh.stream = what.name;
      fresh.kind = shape.kind();
      fresh.background = what.background;
    }
  }
}

void stream_driver::start() {
  sampled_ = shared_.started;
  // In an open loop every other client comes again only when it was told to, the rest at once.
  for (std::size_t i = 0; i < what_.connections; ++i)
    connections_.push_back(std::make_shared<load_connection>(context_, *this, open_loop() && i % 2 == 1));
  for (const auto& each : connections_) each->start();
}

steady::time_point stream_driver::due(std::uint64_t number) const {
  const std::chrono::duration<double> after{static_cast<double>(number) / what_.rate};
  return shared_.started + std::chrono::duration_cast<steady::duration>(after);
}

bool stream_driver::next(flight& to, load_connection& asking) {
  if (what_.requests_max > 0 && sent_ >= what_.requests_max) return false;
  const auto now = steady::now();
  to.due = now;
  if (open_loop()) {
    to.due = due(sent_);
    if (to.due > now) {
      waiting_.push_back(&asking);
      wake_when_due();
      return false;
    }
  }
  const auto own = sent_++;
  const auto shape = own % what_.shapes.size();
  // Every shape gets every caller: with two shapes, two requests in a row are of the same one.
  const auto& who = what_.callers[own / what_.shapes.size() % what_.callers.size()];
  what_.shapes[shape].write_to(to.bytes, who, shared_.plan.key_high, shared_.requests++);
  to.kind = kind_of_shape_[shape];
  to.sent = steady::now();
  if (!open_loop()) to.due = to.sent;
  return true;
}

void stream_driver::wake_when_due() {
  if (pacing_) return;
  pacing_ = true;
  pacer_.expires_at(due(sent_));
  pacer_.async_wait([this](boost::system::error_code error) {
    pacing_ = false;
    if (error || !sending()) return;
    // As many as have come due meanwhile; the first that finds nothing waits again and sets the timer.
    while (!waiting_.empty() && due(sent_) <= steady::now()) {
      auto* const free = waiting_.front();
      waiting_.pop_front();
      free->resume();
    }
    if (!waiting_.empty()) wake_when_due();
  });
}

void stream_driver::count_latency(const flight& what, steady::time_point now) {
  auto& result = shared_.result;
  bool within = shared_.phase == load_phase::measuring;
  if (open_loop()) {
    const bool draining = shared_.phase == load_phase::draining;
    within =
        (within || (draining && what.due < shared_.measuring_until)) && what.due >= shared_.measuring_since;
  }
  if (!within) return;
  const auto latency = nanoseconds(now - what.due);
  result.kinds[what.kind].latency.record(latency);
  if (what_.background) return;
  result.latency.record(latency);
  if (open_loop() && !what.too_early) result.service.record(nanoseconds(now - what.sent));
}

void stream_driver::answered(const flight& what, const response_parser& answer) {
  const auto now = steady::now();
  auto& result = shared_.result;
  shared_.answered = now;
  shared_.lost_since_answer = 0;
  const bool measuring = shared_.phase == load_phase::measuring;
  if (answer.status() < 200 || answer.status() >= 300) {
    shared_.note_error("status " + std::to_string(answer.status()) + ": " + answer.body_start());
    result.first_body_by_status.try_emplace(answer.status(), answer.body_start());
    // Trouble in the warm-up or at the end is trouble all the same.
    ++result.errors_by_status[answer.status()];
    ++result.kinds[what.kind].failed;
    ++failed_since_sample_;
    if (answer.status() != 503) return;
    (what.too_early ? result.refused_too_early : result.refused).record(nanoseconds(now - what.sent));
    if (!answer.says_when_to_retry()) ++result.refused_without_hint;
    return;
  }
  since_sample_.record(nanoseconds(now - what.due));
  ++result.kinds[what.kind].succeeded_in_all;
  if (measuring) ++result.kinds[what.kind].succeeded;
  if (!what_.background) {
    ++result.succeeded_in_all;
    if (measuring) ++result.succeeded;
    shared_.since_progress.record(nanoseconds(now - what.due));
  }
  count_latency(what, now);
}

void stream_driver::lost(const std::string& why, bool was_timeout) {
  auto& result = shared_.result;
  shared_.note_error(why);
  if (result.first_lost.empty()) result.first_lost = why;
  ++shared_.lost_since_answer;
  ++failed_since_sample_;
  if (!what_.background) ++result.unknown_in_all;
  ++(was_timeout ? result.timeouts : result.connection_errors);
}

void stream_driver::sample(steady::time_point now) {
  const std::chrono::duration<double> passed = now - sampled_;
  if (passed < sample_least) return;
  moments_.push_back(
      {now,
       {0, static_cast<double>(since_sample_.count()) / passed.count(), since_sample_.quantile_ns(0.5),
        since_sample_.quantile_ns(0.99), failed_since_sample_}});
  since_sample_.reset();
  failed_since_sample_ = 0;
  sampled_ = now;
}

void stream_driver::check_deadlines(steady::time_point now) {
  for (const auto& each : connections_) each->check_deadline(now);
}

void stream_driver::stop() {
  pacer_.cancel();
  waiting_.clear();
  auto& result = shared_.result;
  for (const auto& each : moments_) {
    auto figures = each.figures;
    figures.at_s = std::chrono::duration<double>(each.at - shared_.measuring_since).count();
    result.timelines[timeline_].samples.push_back(figures);
  }
  if (!open_loop()) return;
  const auto end = shared_.measuring_until;
  for (auto number = sent_; due(number) < end; ++number) {
    if (due(number) < shared_.measuring_since) continue;
    const auto waited = nanoseconds(end - due(number));
    result.kinds[kind_of_shape_[number % what_.shapes.size()]].latency.record(waited);
    if (what_.background) continue;
    ++result.unsent;
    result.latency.record(waited);
  }
}

bool stream_driver::idle() const {
  return std::all_of(connections_.begin(), connections_.end(), [](const auto& c) { return c->idle(); });
}

void stream_driver::close_all() {
  for (const auto& each : connections_) {
    if (!each->idle()) lost("no answer after the end", true);
    each->close();
  }
}

} // namespace foyer::bench
