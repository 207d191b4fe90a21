#include "http/throttle.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <list>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace foyer::http {
namespace {

using steady = throttle::steady;

std::chrono::seconds rounded_up(steady::duration wait) {
  return std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds{1});
}

// Values by key, the least recently used go first.
template <class Value>
class recent {
public:
  explicit recent(std::size_t max) : max_(std::max<std::size_t>(1, max)) {}

  Value& operator[](const std::string& key) {
    const auto found = places_.find(key);
    if (found != places_.end()) {
      order_.splice(order_.begin(), order_, found->second);
      return order_.front().second;
    }
    order_.emplace_front(key, Value{});
    places_.emplace(key, order_.begin());
    if (order_.size() > max_) {
      places_.erase(order_.back().first);
      order_.pop_back();
    }
    return order_.front().second;
  }

  void erase(const std::string& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    order_.erase(found->second);
    places_.erase(found);
  }

private:
  using entry = std::pair<std::string, Value>;
  std::size_t max_;
  std::list<entry> order_;
  std::unordered_map<std::string, typename std::list<entry>::iterator> places_;
};

struct failures {
  std::int64_t count = 0;
  steady::time_point last{};
  steady::time_point not_before{};
};

struct window {
  std::int64_t limit = 0;
  steady::duration length{};
};

// H1: enough for whoever types clients all day long, too few to try a list of addresses.
constexpr std::int64_t address_checks = 300;
constexpr auto address_check_window = std::chrono::hours{1};

// After a day without a try an account has its free ones again.
constexpr auto failures_kept_for = std::chrono::hours{24};

class counting_throttle final : public throttle {
public:
  explicit counting_throttle(const config::throttle_settings& with)
      : with_(with), windows_{{{with.address_failures, with.address_window},
                               {with.registrations, with.registration_window},
                               {with.mails, with.mail_window},
                               {with.space_attempts, with.space_window},
                               {address_checks, address_check_window}}} {}

  std::optional<std::chrono::seconds> take(budget of, std::string_view key, steady::time_point now) override {
    const auto& rule = windows_[static_cast<std::size_t>(of)];
    const auto name = name_of(of, key);
    const std::lock_guard lock{mutex_};
    auto& times = taken_[name];
    std::erase_if(times, [&](auto at) { return now - at >= rule.length; });
    if (static_cast<std::int64_t>(times.size()) >= rule.limit) {
      const auto free_at = times.empty() ? now + rule.length : times.front() + rule.length;
      return rounded_up(free_at - now);
    }
    times.push_back(now);
    return std::nullopt;
  }

  void give_back(budget of, std::string_view key, steady::time_point now) override {
    const auto name = name_of(of, key);
    const std::lock_guard lock{mutex_};
    auto& times = taken_[name];
    const auto found = std::find(times.rbegin(), times.rend(), now);
    if (found != times.rend()) times.erase(std::next(found).base());
  }

  std::optional<std::chrono::seconds> attempt(std::string_view key, steady::time_point now) override {
    const std::lock_guard lock{mutex_};
    auto& known = failures_[std::string{key}];
    if (now < known.not_before) return rounded_up(known.not_before - now);
    if (now - known.last > failures_kept_for) known.count = 0;
    known.last = now;
    ++known.count;
    if (known.count >= with_.account_free_failures) known.not_before = now + delay_after(known.count);
    return std::nullopt;
  }

  void succeeded(std::string_view key) override {
    const std::lock_guard lock{mutex_};
    failures_.erase(std::string{key});
  }

private:
  static std::string name_of(budget of, std::string_view key) {
    return std::string(1, static_cast<char>('0' + static_cast<int>(of))).append(key);
  }

  steady::duration delay_after(std::int64_t count) const {
    const auto doublings = std::min<std::int64_t>(count - with_.account_free_failures, 20);
    const auto wait = with_.account_delay_first * (std::int64_t{1} << doublings);
    return std::min<steady::duration>(wait, with_.account_delay_max);
  }

  config::throttle_settings with_;
  std::array<window, 5> windows_;
  std::mutex mutex_;
  recent<std::vector<steady::time_point>> taken_{static_cast<std::size_t>(with_.tracked_max)};
  recent<failures> failures_{static_cast<std::size_t>(with_.tracked_max)};
};

class lifted final : public throttle {
public:
  std::optional<std::chrono::seconds> take(budget, std::string_view, steady::time_point) override { return {}; }
  void give_back(budget, std::string_view, steady::time_point) override {}
  std::optional<std::chrono::seconds> attempt(std::string_view, steady::time_point) override { return {}; }
  void succeeded(std::string_view) override {}
};

} // namespace

std::unique_ptr<throttle> create_throttle(const config::settings& settings) {
  if (!settings.security.throttling) return std::make_unique<lifted>();
  return std::make_unique<counting_throttle>(settings.throttle);
}

std::string client_key(std::string_view remote_address) {
  boost::system::error_code bad;
  const auto address = boost::asio::ip::make_address(remote_address, bad);
  if (bad || !address.is_v6()) return std::string{remote_address};
  const auto bytes = address.to_v6().to_bytes();
  return {reinterpret_cast<const char*>(bytes.data()), 8};
}

} // namespace foyer::http
