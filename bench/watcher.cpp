#include "bench/watcher.hpp"

#include "bench/http_call.hpp"

#include <charconv>

namespace foyer::bench {

namespace {

constexpr auto look_every = std::chrono::milliseconds{500};

std::optional<double> per_second(const std::optional<std::int64_t>& before,
                                 const std::optional<std::int64_t>& after, double seconds) {
  if (!before || !after) return std::nullopt;
  return static_cast<double>(*after - *before) / 1e6 / seconds;
}

} // namespace

watcher::watcher(watched who) : who_{std::move(who)} {
  thread_ = std::thread{[this] { run(); }};
}

watcher::~watcher() {
  stop();
}

void watcher::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void watcher::run() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    lock.unlock();
    look_once();
    lock.lock();
    wake_.wait_for(lock, look_every, [this] { return stopping_; });
  }
}

void watcher::look_once() {
  auto& now = looks_.emplace_back();
  now.cpu = look_at_cpu(who_.server, who_.postmaster);
  if (!who_.metrics) return;
  const auto answer = http_call(*who_.metrics, "GET", "/metrics");
  if (answer.status != 200) return;
  now.batches = metric_value(answer.body, "foyer_journal_batches_total");
  now.commits = metric_value(answer.body, "foyer_journal_commits_total");
}

std::vector<watch_sample> watcher::finish(std::chrono::steady_clock::time_point zero) {
  stop();
  std::vector<watch_sample> out;
  for (std::size_t i = 1; i < looks_.size(); ++i) {
    const auto& before = looks_[i - 1];
    const auto& after = looks_[i];
    const double seconds = std::chrono::duration<double>(after.cpu.at - before.cpu.at).count();
    if (seconds <= 0) continue;
    auto& sample = out.emplace_back();
    sample.at_s = std::chrono::duration<double>(after.cpu.at - zero).count();
    sample.server_cores = per_second(before.cpu.server, after.cpu.server, seconds);
    sample.postgres_cores = per_second(before.cpu.postgres, after.cpu.postgres, seconds);
    sample.generator_cores = per_second(before.cpu.generator, after.cpu.generator, seconds);
    if (!before.batches || !after.batches || !before.commits || !after.commits) continue;
    const auto batches = *after.batches - *before.batches;
    sample.batches_per_second = batches / seconds;
    if (batches > 0) sample.batch_size = (*after.commits - *before.commits) / batches;
  }
  return out;
}

std::optional<double> metric_value(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ') continue;
    const auto number = line.substr(name.size() + 1);
    double value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc{}) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

} // namespace foyer::bench
