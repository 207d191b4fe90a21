#include "actors/mailer/pool.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <thread>

using namespace foyer;
using namespace foyer::mailer;
using namespace std::chrono_literals;

namespace {

using clock_type = std::chrono::steady_clock;

/// An outbox in memory, shared by the pools of a test; breaks off when told.
class table {
public:
  struct row {
    queued_mail mail;
    enum { queued, leased, sent, failed } state = queued;
    clock_type::time_point due{};
  };

  void insert(std::uint8_t number, mail_priority priority = mail_priority::order) {
    const std::lock_guard lock(mutex_);
    row fresh;
    fresh.mail.id.value.bytes[15] = number;
    fresh.mail.priority = priority;
    fresh.mail.attempt = 0;
    rows_[number] = fresh;
  }

  void fail_exchanges(bool failing) {
    const std::lock_guard lock(mutex_);
    failing_ = failing;
  }

  bool wait_for(std::function<bool(const std::map<std::uint8_t, row>&)> condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return condition(rows_); });
  }
  bool wait_all_sent() {
    return wait_for([](const auto& rows) {
      return std::all_of(rows.begin(), rows.end(),
                         [](const auto& each) { return each.second.state == row::sent; });
    });
  }

  std::optional<outbox::exchanged> exchange(std::span<const settlement> settlements, int claim_max,
                                            milliseconds lease) {
    const std::lock_guard lock(mutex_);
    if (failing_) return std::nullopt;
    const auto now = clock_type::now();
    for (const auto& each : settlements) book(each, now);
    outbox::exchanged out;
    for (auto priority : {mail_priority::security, mail_priority::order, mail_priority::bulk})
      for (auto& [number, each] : rows_) {
        const bool waits = each.state == row::queued || each.state == row::leased;
        if (!waits || each.due > now || each.mail.priority != priority) continue;
        if (static_cast<int>(out.mails.size()) == claim_max) break;
        each.state = row::leased;
        each.due = now + lease;
        ++each.mail.attempt;
        out.mails.push_back(each.mail);
      }
    changed_.notify_all();
    return out;
  }

private:
  void book(const settlement& each, clock_type::time_point now) {
    auto& of = rows_.at(each.id.value.bytes[15]);
    if (each.what == settlement::kind::sent) {
      of.state = row::sent;
    } else if (of.state == row::leased && of.mail.attempt == each.attempt) {
      of.state = each.what == settlement::kind::failed ? row::failed : row::queued;
      if (each.what == settlement::kind::released) --of.mail.attempt;
      of.due = now + each.retry_in;
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint8_t, row> rows_;
  bool failing_ = false;
};

class table_outbox final : public outbox {
public:
  explicit table_outbox(table& of) : table_(of) {}
  std::optional<exchanged> exchange(std::span<const settlement> settlements, int claim_max,
                                    milliseconds lease) override {
    return table_.exchange(settlements, claim_max, lease);
  }

private:
  table& table_;
};

class function_sender final : public sender {
public:
  using function = std::function<delivery(const queued_mail&)>;
  explicit function_sender(function what) : what_(std::move(what)) {}
  delivery send(const queued_mail& mail) override { return what_(mail); }

private:
  function what_;
};

struct fixture {
  table rows;
  std::mutex mutex;
  std::vector<int> order; // in which mails arrived
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;

  fixture() {
    config.set("scheduler.max-threads", 1);
    system = std::make_unique<caf::actor_system>(config);
  }

  pool_options options(int workers = 2) {
    pool_options out;
    out.dispatch.workers = workers;
    out.dispatch.rate_per_second = 0;
    out.dispatch.retry = {5ms, 20ms, 48h};
    out.dispatch.pause_first = 5ms;
    out.dispatch.outbox_pause_first = 5ms;
    out.dispatch.poll = 50ms;
    out.stop_deadline = 5s;
    return out;
  }

  std::unique_ptr<pool> start(pool_options with, function_sender::function send,
                              cancel_flag cancel = nullptr) {
    return create_pool(
        *system, std::move(with), [this] { return std::make_unique<table_outbox>(rows); },
        [this, send] {
          return std::make_unique<function_sender>([this, send](const queued_mail& mail) {
            auto result = send(mail);
            if (result.verdict == verdict::sent) {
              const std::lock_guard lock(mutex);
              order.push_back(mail.id.value.bytes[15]);
            }
            return result;
          });
        },
        std::move(cancel));
  }
};

delivery accept(const queued_mail&) {
  return {verdict::sent, {}};
}

} // namespace

TEST_CASE("M1 the pool sends what waits and what comes, each once") {
  fixture f;
  for (std::uint8_t i = 0; i < 100; ++i) f.rows.insert(i);
  auto pool = f.start(f.options(4), accept);
  CHECK(f.rows.wait_all_sent());
  for (std::uint8_t i = 100; i < 200; ++i) {
    f.rows.insert(i);
    pool->wake();
  }
  CHECK(f.rows.wait_all_sent());
  pool->stop();
  CHECK(f.order.size() == 200);
  CHECK(std::set<int>(f.order.begin(), f.order.end()).size() == 200);
  CHECK(pool->stats().sent == 200);
}

TEST_CASE("M1 a mail written by another process is found without a wake") {
  fixture f;
  auto pool = f.start(f.options(), accept);
  f.rows.insert(1);
  CHECK(f.rows.wait_all_sent());
}

TEST_CASE("M1 mails that are put off, that throw, and an outbox that is gone: nothing is lost") {
  fixture f;
  std::atomic<int> tries{0};
  for (std::uint8_t i = 0; i < 20; ++i) f.rows.insert(i);
  f.rows.fail_exchanges(true);
  auto pool = f.start(f.options(), [&](const queued_mail& mail) -> delivery {
    const int attempt = ++tries;
    if (mail.attempt == 1 && attempt % 3 == 0) throw std::runtime_error("broken");
    if (mail.attempt == 1 && attempt % 3 == 1) return {verdict::try_later, "451"};
    if (mail.attempt == 1) return {verdict::transport_down, "no connection"};
    return {verdict::sent, {}};
  });
  f.rows.fail_exchanges(false);
  CHECK(f.rows.wait_all_sent());
  pool->stop();
  CHECK(f.order.size() == 20);
  CHECK(pool->stats().retried >= 20);
  CHECK_FALSE(pool->stats().transport_down);
}

TEST_CASE("M1 one that is refused fails for good, the others go on") {
  fixture f;
  for (std::uint8_t i = 0; i < 5; ++i) f.rows.insert(i);
  auto pool = f.start(f.options(), [](const queued_mail& mail) -> delivery {
    if (mail.id.value.bytes[15] == 2) return {verdict::refused, "550"};
    return {verdict::sent, {}};
  });
  CHECK(f.rows.wait_for([](const auto& rows) {
    return std::all_of(rows.begin(), rows.end(), [](const auto& each) {
      return each.second.state == (each.first == 2 ? table::row::failed : table::row::sent);
    });
  }));
  pool->stop();
  CHECK(pool->stats().failed == 1);
}

TEST_CASE("M1 stopping waits for the mail in hand and books it") {
  fixture f;
  std::promise<void> begun;
  std::promise<void> go_on;
  auto may_go_on = go_on.get_future().share();
  f.rows.insert(1);
  f.rows.insert(2);
  auto pool = f.start(f.options(1), [&](const queued_mail& mail) -> delivery {
    if (mail.id.value.bytes[15] == 1) {
      begun.set_value();
      may_go_on.wait();
    }
    return {verdict::sent, {}};
  });
  begun.get_future().wait();
  std::thread stopper([&] { pool->stop(); });
  go_on.set_value();
  stopper.join();
  CHECK(f.rows.wait_for([](const auto& rows) { return rows.at(1).state == table::row::sent; }));
  // The other was not begun after the stop, or was finished before it; either way nobody holds it.
  CHECK(f.rows.wait_for([](const auto& rows) { return rows.at(2).state != table::row::leased; }));
}

TEST_CASE("M1 a stop that takes too long breaks off what is in hand") {
  fixture f;
  auto cancel = std::make_shared<std::atomic<bool>>(false);
  std::promise<void> begun;
  f.rows.insert(1);
  auto with = f.options(1);
  with.stop_deadline = 50ms;
  auto pool = f.start(
      with,
      [&](const queued_mail&) -> delivery {
        begun.set_value();
        while (!*cancel) std::this_thread::yield();
        return {verdict::try_later, "stopped"};
      },
      cancel);
  begun.get_future().wait();
  pool->stop();
  CHECK(f.rows.wait_for([](const auto& rows) { return rows.at(1).state == table::row::queued; }));
}
