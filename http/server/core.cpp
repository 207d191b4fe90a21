#include "http/server/core.hpp"

#include "http/problem.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>

namespace foyer::http {
namespace {

/// How late a deadline may be noticed. Far below the shortest that an operator would set.
constexpr std::chrono::milliseconds sweep_interval{100};

/// The statuses that the program answers; others share the last place.
constexpr std::array<int, 27> statuses{200, 201, 202, 204, 302, 303, 304, 307, 400, 401, 403, 404, 405, 408,
                                       409, 410, 412, 413, 415, 417, 422, 429, 431, 500, 501, 503, 505};

std::size_t kind_of(int status) noexcept {
  const auto at = std::lower_bound(statuses.begin(), statuses.end(), status);
  return at != statuses.end() && *at == status ? static_cast<std::size_t>(at - statuses.begin())
                                               : statuses.size();
}

/// IPv6 clients own a /64 each, so that is what counts as one address.
boost::asio::ip::address network_of(const boost::asio::ip::address& address) {
  if (!address.is_v6() || address.to_v6().is_v4_mapped()) return address;
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return boost::asio::ip::address_v6(bytes);
}

std::vector<std::string> lower_case(std::vector<std::string> hosts) {
  for (auto& host : hosts) {
    std::transform(host.begin(), host.end(), host.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  }
  return hosts;
}

} // namespace

core::core(boost::asio::io_context& on, server_options with, const router& table, metrics& figures)
    : options(std::move(with)), routes(table), proxies(options.trusted_proxies), io(on),
      hosts_(lower_case(options.allowed_hosts)), metrics_(figures),
      refused_heads_(
          figures.add_counter("foyer_http_refused_heads_total", "Requests that the guard refused.")),
      refused_connections_(
          figures.add_counter("foyer_http_refused_connections_total", "Connections beyond the limits.")),
      refused_requests_(figures.add_counter("foyer_http_refused_requests_total",
                                            "Requests beyond those under way at most.")),
      held_requests_(figures.add_counter("foyer_http_held_requests_total",
                                         "Requests that came again before their Retry-After was over.")),
      latency_(figures.add_histogram("foyer_http_request_seconds", "From the whole request to its answer.")),
      figures_(table.routes().size() + 1), sweep_timer_(boost::asio::make_strand(on)) {
  static_assert(statuses.size() < status_kinds);
  for (std::size_t after = 1; after <= surplus_waits_max; ++after)
    surplus_.emplace_back(unavailable(std::chrono::seconds(after)));
}

guard_limits core::limits() const noexcept {
  guard_limits out;
  out.fields_max = options.fields_max;
  out.target_max = options.target_max;
  out.allowed_hosts = hosts_;
  out.any_host = options.any_host;
  return out;
}

bool core::admit(const boost::asio::ip::address& address) {
  const std::lock_guard lock(mutex_);
  if (draining() || open_ >= options.connections_max) return false;
  auto& here = by_address_[network_of(address)];
  if (here >= options.connections_per_address_max) return false;
  ++here;
  ++open_;
  return true;
}

void core::release(const boost::asio::ip::address& address) {
  {
    const std::lock_guard lock(mutex_);
    const auto here = by_address_.find(network_of(address));
    if (here != by_address_.end() && --here->second == 0) by_address_.erase(here);
    --open_;
  }
  if (draining()) call_when_empty();
}

void core::enlist(const std::shared_ptr<connection>& added) {
  const std::lock_guard lock(mutex_);
  connections_.emplace(added.get(), added);
}

void core::forget(const connection* gone) {
  const std::lock_guard lock(mutex_);
  connections_.erase(gone);
}

std::vector<std::shared_ptr<connection>> core::all() const {
  std::vector<std::shared_ptr<connection>> out;
  const std::lock_guard lock(mutex_);
  out.reserve(connections_.size());
  for (const auto& [key, weak] : connections_) {
    if (auto strong = weak.lock()) out.push_back(std::move(strong));
  }
  return out;
}

void core::start() {
  const std::string label = "listener=\"" + options.name + "\"";
  const auto gauge = [&](std::string_view name, std::string_view help, auto read) {
    metrics_.add_gauge(
        name, help,
        [weak = weak_from_this(), read] {
          const auto self = weak.lock();
          return self ? static_cast<double>(read(*self)) : 0.0;
        },
        label);
  };
  gauge("foyer_http_connections", "Open connections.", [](const core& of) { return of.connections(); });
  gauge("foyer_http_in_flight", "Requests in handlers.", [](const core& of) { return of.in_flight_.load(); });
  boost::asio::post(sweep_timer_.get_executor(), [self = shared_from_this()] { self->sweep_later(); });
}

void core::sweep_later() {
  if (!sweeping_) return;
  sweep_timer_.expires_after(sweep_interval);
  sweep_timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (error) return;
    self->sweep();
    self->sweep_later();
  });
}

void core::stop_sweeping() {
  boost::asio::post(sweep_timer_.get_executor(), [self = shared_from_this()] {
    self->sweeping_ = false;
    self->sweep_timer_.cancel();
  });
}

void core::sweep() {
  const auto now = steady_clock::now();
  // Strong references go only after the lock: a connection's end takes it too.
  std::vector<std::shared_ptr<connection>> late;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, weak] : connections_) {
      if (key->deadline() > now) continue;
      if (auto strong = weak.lock()) late.push_back(std::move(strong));
    }
  }
  for (auto& each : late) {
    boost::asio::post(each->executor(), [each] { each->expire(); });
  }
}

void core::drain(std::function<void()> when_empty) {
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    when_empty_.push_back(std::move(when_empty));
  }
  for (auto& each : all()) {
    boost::asio::post(each->executor(), [each] { each->drain(); });
  }
  call_when_empty();
}

void core::abort_all() {
  draining_ = true;
  for (auto& each : all()) {
    boost::asio::post(each->executor(), [each] { each->abort(); });
  }
}

void core::call_when_empty() {
  std::vector<std::function<void()>> callbacks;
  {
    const std::lock_guard lock(mutex_);
    if (open_ > 0) return;
    callbacks.swap(when_empty_);
  }
  for (auto& each : callbacks) {
    if (each) boost::asio::post(io, std::move(each));
  }
}

std::chrono::seconds core::refuse_request(steady_clock::time_point now) noexcept {
  // So many refusals a second take about a fiftieth of a core; for as many more everybody waits a second
  // more.
  constexpr std::int64_t easily = 512;
  refused_requests_.add();
  const auto second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  auto counted = refusing_in_.load(std::memory_order_relaxed);
  if (counted != second && refusing_in_.compare_exchange_strong(counted, second)) {
    const auto last = refused_now_.exchange(0, std::memory_order_relaxed);
    refused_before_.store(counted + 1 == second ? last : 0, std::memory_order_relaxed);
  }
  const auto here = refused_now_.fetch_add(1, std::memory_order_relaxed) + 1;
  const auto many = std::max(here, refused_before_.load(std::memory_order_relaxed));
  constexpr auto longest = static_cast<std::int64_t>(surplus_waits_max);
  return std::chrono::seconds(std::clamp<std::int64_t>((many + easily - 1) / easily, 1, longest));
}

void core::count_request(const route* which, int status, steady_clock::duration took) {
  latency_.observe_us(static_cast<std::uint64_t>(
      std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count(), 0)));
  auto& place = figures_[which == nullptr ? figures_.size() - 1 : which->index].by_kind[kind_of(status)];
  auto* known = place.load(std::memory_order_acquire);
  if (known == nullptr) {
    std::string labels = "operation=\"";
    labels += which == nullptr ? std::string_view("none") : which->info.operation;
    labels += "\",status=\"" + std::to_string(status) + "\"";
    known = &metrics_.add_counter("foyer_http_requests_total", "Answered requests.", labels);
    place.store(known, std::memory_order_release);
  }
  known->add();
}

} // namespace foyer::http
