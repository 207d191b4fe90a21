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

// H1: enough for whoever types clients all day long, too few to try a list of addresses.
constexpr std::int64_t address_checks = 300;
constexpr auto address_check_window = std::chrono::hours{1};

// After a day without a try an account has its free ones again.
constexpr auto failures_kept_for = std::chrono::hours{24};

class counting_throttle final : public throttle {
public:
  explicit counting_throttle(const config::throttle_settings& with)
      : with_(with), counts_{of(with.address_failures, with.address_window),
                             of(with.registrations, with.registration_window),
                             of(with.mails, with.mail_window),
                             of(with.mail_requests, with.mail_window),
                             of(with.space_attempts, with.space_window),
                             of(with.space_attempts, with.space_window),
                             of(with.guest_places, with.guest_window),
                             of(with.guest_orders, with.guest_window),
                             of(address_checks, address_check_window)} {}

  std::optional<std::chrono::seconds> take(budget of, std::string_view key, steady::time_point now,
                                           std::int64_t many) override {
    auto& here = counts_[static_cast<std::size_t>(of)];
    many = std::clamp<std::int64_t>(many, 1, here.limit); // more at once than there ever is takes all of it
    const std::lock_guard lock{mutex_};
    auto& times = here.taken[std::string{key}];
    std::erase_if(times, [&](auto at) { return now - at >= here.length; });
    const auto over = static_cast<std::int64_t>(times.size()) + many - here.limit;
    if (over > 0) return rounded_up(times[static_cast<std::size_t>(over - 1)] + here.length - now);
    times.insert(times.end(), static_cast<std::size_t>(many), now);
    return std::nullopt;
  }

  void give_back(budget of, std::string_view key, steady::time_point now, std::int64_t many) override {
    auto& here = counts_[static_cast<std::size_t>(of)];
    const std::lock_guard lock{mutex_};
    auto& times = here.taken[std::string{key}];
    for (; many > 0; --many) {
      const auto found = std::find(times.rbegin(), times.rend(), now);
      if (found == times.rend()) return;
      times.erase(std::next(found).base());
    }
  }

  std::optional<std::chrono::seconds> attempt(std::string_view key, steady::time_point now) override {
    const std::lock_guard lock{mutex_};
    auto& known = failures_of(key)[std::string{key}];
    if (now < known.not_before) return rounded_up(known.not_before - now);
    if (now - known.last > failures_kept_for) known.count = 0;
    known.last = now;
    ++known.count;
    if (known.count >= with_.account_free_failures) known.not_before = now + delay_after(known.count);
    return std::nullopt;
  }

  void succeeded(std::string_view key) override {
    const std::lock_guard lock{mutex_};
    failures_of(key).erase(std::string{key});
  }

private:
  struct window {
    std::int64_t limit;
    steady::duration length;
    recent<std::vector<steady::time_point>> taken;
  };

  [[nodiscard]] std::size_t tracked_max() const { return static_cast<std::size_t>(with_.tracked_max); }
  [[nodiscard]] window of(std::int64_t limit, steady::duration length) const {
    return {std::max<std::int64_t>(1, limit), length, recent<std::vector<steady::time_point>>{tracked_max()}};
  }

  recent<failures>& failures_of(std::string_view key) {
    return key.starts_with("login:") ? made_up_failures_ : failures_;
  }

  steady::duration delay_after(std::int64_t count) const {
    const auto doublings = std::min<std::int64_t>(count - with_.account_free_failures, 20);
    const auto wait = with_.account_delay_first * (std::int64_t{1} << doublings);
    return std::min<steady::duration>(wait, with_.account_delay_max);
  }

  config::throttle_settings with_;
  std::array<window, budget_count> counts_;
  std::mutex mutex_;
  recent<failures> failures_{tracked_max()};
  recent<failures> made_up_failures_{tracked_max()};
};

class lifted final : public throttle {
public:
  std::optional<std::chrono::seconds> take(budget, std::string_view, steady::time_point,
                                           std::int64_t) override {
    return {};
  }
  void give_back(budget, std::string_view, steady::time_point, std::int64_t) override {}
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
