#include "http/throttle.hpp"

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/secret.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace foyer::http {
namespace {

using steady = throttle::steady;

std::chrono::seconds rounded_up(steady::duration wait) {
  return std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds{1});
}

// Keys are what strangers type, of any length; half of a SHA-256 stands for them, so that a flood of long
// ones takes no more memory than one of short ones.
uuid digest_of(std::string_view key) {
  const auto hash = sha256(key);
  uuid out;
  std::copy_n(hash.begin(), out.bytes.size(), out.bytes.begin());
  return out;
}

// Values by key, the least recently used go first.
template <class Value>
class recent {
public:
  explicit recent(std::size_t max) : max_(std::max<std::size_t>(1, max)) {}

  Value& operator[](std::string_view typed) {
    const auto key = digest_of(typed);
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

  void erase(std::string_view typed) {
    const auto found = places_.find(digest_of(typed));
    if (found == places_.end()) return;
    order_.erase(found->second);
    places_.erase(found);
  }

private:
  using entry = std::pair<uuid, Value>;
  std::size_t max_;
  std::list<entry> order_;
  std::unordered_map<uuid, typename std::list<entry>::iterator> places_;
};

// What was taken within a window, the oldest first. Memory is bounded, whatever the limit is: when there were
// many moments the newest two become one, the later of them, so that nothing is forgotten early.
class taken {
public:
  void forget_before(steady::time_point begin) {
    std::erase_if(moments_, [&](const moment& each) { return each.at <= begin; });
  }
  [[nodiscard]] std::int64_t count() const {
    std::int64_t sum = 0;
    for (const auto& each : moments_) sum += each.count;
    return sum;
  }
  /// When so many of them, at least one and at most all, were taken.
  [[nodiscard]] steady::time_point time_of(std::int64_t many) const {
    for (const auto& each : moments_) {
      many -= each.count;
      if (many <= 0) return each.at;
    }
    return moments_.back().at;
  }
  void add(steady::time_point now, std::int64_t many) {
    if (!moments_.empty() && (moments_.back().at == now || moments_.size() == moments_max)) {
      moments_.back().at = std::max(moments_.back().at, now);
      moments_.back().count += many;
    } else {
      moments_.push_back({now, many});
    }
  }
  /// Of those that were taken at that time or, where that moment is not told apart, of the next later ones.
  void give_back(steady::time_point then, std::int64_t many) {
    const auto found =
        std::find_if(moments_.begin(), moments_.end(), [&](const moment& each) { return each.at >= then; });
    if (found == moments_.end()) return;
    found->count -= std::min(many, found->count);
    if (found->count == 0) moments_.erase(found);
  }

private:
  struct moment {
    steady::time_point at;
    std::int64_t count;
  };
  static constexpr std::size_t moments_max = 32;
  std::vector<moment> moments_;
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
    auto& known = here.known[key];
    known.forget_before(now - here.length);
    const auto over = known.count() + many - here.limit;
    if (over > 0) return rounded_up(known.time_of(over) + here.length - now);
    known.add(now, many);
    return std::nullopt;
  }

  void give_back(budget of, std::string_view key, steady::time_point now, std::int64_t many) override {
    auto& here = counts_[static_cast<std::size_t>(of)];
    const std::lock_guard lock{mutex_};
    here.known[key].give_back(now, std::clamp<std::int64_t>(many, 1, here.limit));
  }

  std::optional<std::chrono::seconds> attempt(std::string_view key, steady::time_point now) override {
    const std::lock_guard lock{mutex_};
    auto& known = failures_of(key)[key];
    if (now < known.not_before) return rounded_up(known.not_before - now);
    if (now - known.last > failures_kept_for) known.count = 0;
    known.last = now;
    ++known.count;
    if (known.count >= with_.account_free_failures) known.not_before = now + delay_after(known.count);
    return std::nullopt;
  }

  void succeeded(std::string_view key) override {
    const std::lock_guard lock{mutex_};
    failures_of(key).erase(key);
  }

private:
  struct window {
    std::int64_t limit;
    steady::duration length;
    recent<taken> known;
  };

  [[nodiscard]] std::size_t tracked_max() const { return static_cast<std::size_t>(with_.tracked_max); }
  [[nodiscard]] window of(std::int64_t limit, steady::duration length) const {
    return {std::max<std::int64_t>(1, limit), length, recent<taken>{tracked_max()}};
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
