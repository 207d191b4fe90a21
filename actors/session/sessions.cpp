#include "actors/session/sessions.hpp"

#include "actors/session/arrivals.hpp"
#include "actors/vocabulary/secret.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <list>
#include <mutex>
#include <unordered_map>

namespace foyer::session {
namespace {

using steady = std::chrono::steady_clock;

struct hash_of_hash {
  std::size_t operator()(const sha256_hash& of) const noexcept {
    std::size_t out = 0;
    std::memcpy(&out, of.data(), sizeof out); // a hash is spread enough by itself
    return out;
  }
};

std::int64_t unix_ms(time_point at) {
  return std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

limits limits_of(const config::sessions_settings& settings) {
  limits out;
  out.buyer_idle = settings.buyer_idle;
  out.buyer_absolute = settings.buyer_absolute;
  out.remembered = settings.remembered;
  out.staff_idle = settings.staff_idle;
  out.staff_absolute = settings.staff_absolute;
  out.password_asked_after = settings.password_asked_after;
  return out;
}

refusal refusal_of(const commit_outcome& what) {
  if (what.status == commit_status::conflict || what.status == commit_status::rejected)
    return {errc::internal, what.constraint};
  return errc::unavailable;
}

// Recently used sessions, the oldest use goes first when a shard is full. Entries are forgotten by account,
// too.
class cache {
public:
  explicit cache(std::size_t tracked_max)
      : shard_max_(std::max<std::size_t>(16, tracked_max / shard_count)) {}

  session_ptr find(const sha256_hash& key, steady::time_point now) {
    auto& here = shard_of(key);
    const std::lock_guard lock{here.mutex};
    const auto found = here.by_key.find(key);
    if (found == here.by_key.end()) return nullptr;
    here.order.splice(here.order.begin(), here.order, found->second.place);
    if (now - found->second.read_at > reread_after) return nullptr;
    return found->second.session;
  }

  /// Counts what was forgotten so far: a read that began before is not kept.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

  /// Takes what was read; a session that is there already keeps what only memory knows.
  session_ptr keep(record read, std::uint64_t since, steady::time_point now) {
    auto& here = shard_of(read.token_hash);
    const std::lock_guard lock{here.mutex};
    auto made = std::make_shared<live_session>(std::move(read));
    if (since != generation()) return made; // usable once: its row was there when the request came
    const auto found = here.by_key.find(made->of.token_hash);
    if (found != here.by_key.end()) {
      const auto& former = *found->second.session;
      made->last_used = std::max(made->last_used.load(), former.last_used.load());
      made->written = std::max(made->written.load(), former.written.load());
      made->password_at = std::max(made->password_at.load(), former.password_at.load());
      found->second.session = made;
      found->second.read_at = now;
      return made;
    }
    here.order.push_front(made->of.token_hash);
    here.by_key.emplace(made->of.token_hash, entry{made, now, here.order.begin()});
    if (here.by_key.size() > shard_max_) {
      here.by_key.erase(here.order.back());
      here.order.pop_back();
    }
    return made;
  }

  void erase(const sha256_hash& key) {
    generation_.fetch_add(1, std::memory_order_acq_rel);
    auto& here = shard_of(key);
    const std::lock_guard lock{here.mutex};
    const auto found = here.by_key.find(key);
    if (found == here.by_key.end()) return;
    here.order.erase(found->second.place);
    here.by_key.erase(found);
  }

  template <class Condition>
  void erase_if(Condition condition) {
    generation_.fetch_add(1, std::memory_order_acq_rel);
    for (auto& here : shards_) {
      const std::lock_guard lock{here.mutex};
      for (auto at = here.by_key.begin(); at != here.by_key.end();) {
        if (condition(at->second.session->of)) {
          here.order.erase(at->second.place);
          at = here.by_key.erase(at);
        } else {
          ++at;
        }
      }
    }
  }

  std::size_t size() const {
    std::size_t sum = 0;
    for (const auto& here : shards_) {
      const std::lock_guard lock{here.mutex};
      sum += here.by_key.size();
    }
    return sum;
  }

private:
  struct entry {
    session_ptr session;
    steady::time_point read_at;
    std::list<sha256_hash>::iterator place;
  };
  struct shard {
    mutable std::mutex mutex;
    std::unordered_map<sha256_hash, entry, hash_of_hash> by_key;
    std::list<sha256_hash> order; // latest use first
  };
  static constexpr std::size_t shard_count = 16;

  shard& shard_of(const sha256_hash& key) { return shards_[key[31] % shard_count]; }

  std::size_t shard_max_;
  std::array<shard, shard_count> shards_;
  std::atomic<std::uint64_t> generation_{0};
};

class sessions final : public store {
public:
  sessions(loader& from, journal& to, const clock_source& clock, const config::sessions_settings& settings,
           reception* arrivals, std::size_t tracked_max)
      : from_(from), arrivals_(arrivals), to_(to), clock_(clock), limits_(limits_of(settings)),
        cache_(std::make_shared<cache>(tracked_max)) {}

  session_ptr find(const sha256_hash& token_hash) override {
    auto found = cache_->find(token_hash, steady::now());
    if (!found) return nullptr;
    return use(found, clock_.now()) ? found : nullptr;
  }

  void load(const sha256_hash& token_hash, reply<session_ptr> back) override {
    auto take = [this, token_hash, kept = cache_, since = cache_->generation(),
                 back](outcome<std::optional<record>> read) {
      if (!read) return back(std::move(read.error()));
      if (!*read) {
        kept->erase(token_hash);
        return back(session_ptr{});
      }
      auto made = kept->keep(std::move(**read), since, steady::now());
      back(use(made, clock_.now()) ? made : session_ptr{});
    };
    // Whoever was here a minute ago is only looked at again.
    if (arrivals_ != nullptr && !cache_->find(token_hash, {}))
      arrivals_->load(token_hash, std::move(take));
    else
      from_.load_session(token_hash, std::move(take));
  }

  fresh prepare_login(const account_id& of, bool remember, bool staff, std::string device,
                      std::string address) const override {
    auto made = prepare(std::move(device), std::move(address));
    made.row.account = of;
    made.row.remembered = remember && !staff;
    made.row.expires_at = end_of(made.row.created_at, remember, staff, limits_);
    return made;
  }

  void open_space(const space& what, std::string device, std::string address, reply<fresh> back) override {
    auto made = prepare(std::move(device), std::move(address));
    made.row.login = false;
    made.row.organisation = what.at;
    made.row.household = what.household;
    made.row.only_order = what.only_order;
    made.row.key_version = what.key_version;
    made.row.expires_at = end_of(made.row.created_at, false, false, limits_);
    commit rows;
    rows.cold.emplace_back(made.row);
    to_.append(std::move(rows), [made = std::move(made), back](const commit_outcome& became) {
      if (became.status == commit_status::committed)
        back(made);
      else
        back(refusal_of(became));
    });
  }

  void list(const account_id& of, reply<std::vector<record>> back) override {
    from_.list_sessions(of, [kept = cache_, limits = limits_, now = clock_.now(),
                             back](outcome<std::vector<record>> read) {
      if (!read) return back(std::move(read.error()));
      auto& all = *read;
      for (auto& each : all)
        if (const auto live = kept->find(each.token_hash, {}))
          each.last_used_at = std::max(each.last_used_at, live->last_used.load());
      std::erase_if(all, [&](const record& each) { return !lives(each, each.last_used_at, now, limits); });
      back(std::move(all));
    });
  }

  void end(const session_id& which, const sha256_hash& token_hash, reply<done> back) override {
    commit rows;
    rows.cold.emplace_back(session_ended{which});
    to_.append(std::move(rows), [kept = cache_, token_hash, back](const commit_outcome& what) {
      if (what.status != commit_status::committed) return back(refusal_of(what));
      kept->erase(token_hash);
      back(done{});
    });
  }

  void end_all(const account_id& of, std::optional<session_id> except, reply<done> back) override {
    commit rows;
    rows.cold.emplace_back(sessions_ended{of, except});
    to_.append(std::move(rows), [kept = cache_, of, except, back](const commit_outcome& what) {
      if (what.status != commit_status::committed) return back(refusal_of(what));
      forget_in(*kept, of, except);
      back(done{});
    });
  }

  void reauthenticated(const session_ptr& which, reply<done> back) override {
    const auto now = clock_.now();
    commit rows;
    rows.cold.emplace_back(session_touched{which->of.id, now, now});
    to_.append(std::move(rows), [kept = cache_, which, now, back](const commit_outcome& what) {
      if (what.status != commit_status::committed) return back(refusal_of(what));
      which->password_at = now;
      // It may have been read again meanwhile.
      if (const auto current = kept->find(which->of.token_hash, {})) current->password_at = now;
      back(done{});
    });
  }

  void forget(const account_id& of, std::optional<session_id> except) override {
    forget_in(*cache_, of, except);
  }
  void forget_space(const household_id& of) override {
    cache_->erase_if([&](const record& each) { return each.household == of; });
  }

  [[nodiscard]] const limits& lifetimes() const noexcept override { return limits_; }
  [[nodiscard]] time_point now() const override { return clock_.now(); }
  [[nodiscard]] std::size_t live() const override { return cache_->size(); }

private:
  static void forget_in(cache& kept, const account_id& of, std::optional<session_id> except) {
    kept.erase_if([&](const record& each) { return each.account == of && each.id != except; });
  }

  fresh prepare(std::string device, std::string address) const {
    std::array<std::uint8_t, 32> bytes{};
    fill_random(bytes);
    const auto now = clock_.now();
    fresh made;
    made.token = base64url(bytes);
    made.row.id = session_id{new_uuid(unix_ms(now))};
    made.row.token_hash = sha256(made.token);
    made.row.device = std::move(device);
    made.row.address = std::move(address);
    made.row.created_at = made.row.last_used_at = made.row.password_at = now;
    return made;
  }

  // True when it lives; notes the use, and writes it now and then. A clock that went back prolongs nothing.
  bool use(const session_ptr& which, time_point now) {
    if (!lives(which->of, which->last_used, now, limits_)) return false;
    which->last_used = std::max(which->last_used.load(), now);
    auto written = which->written.load();
    if (now - written >= touch_interval(which->of, limits_) &&
        which->written.compare_exchange_strong(written, now)) {
      commit rows;
      rows.cold.emplace_back(session_touched{which->of.id, now, std::nullopt});
      to_.append(std::move(rows), [](const commit_outcome&) {}); // lost once, it is written a minute later
    }
    return true;
  }

  loader& from_;
  reception* arrivals_;
  journal& to_;
  const clock_source& clock_;
  limits limits_;
  std::shared_ptr<cache> cache_; // callbacks of commits may come after the store is gone
};

} // namespace

std::unique_ptr<store> create_store(loader& from, journal& to, const clock_source& clock,
                                    const config::sessions_settings& settings, reception* arrivals,
                                    std::size_t tracked_max) {
  return std::make_unique<sessions>(from, to, clock, settings, arrivals, tracked_max);
}

} // namespace foyer::session
