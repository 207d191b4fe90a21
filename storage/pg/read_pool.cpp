#include "storage/pg/read_pool.hpp"

#include "storage/pg/backoff.hpp"
#include "storage/pg/pipeline.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <spdlog/spdlog.h>

#include <deque>
#include <utility>

namespace foyer::storage::pg {
namespace {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;
using strand = asio::strand<asio::io_context::executor_type>;

/// Requests that one connection is given before it has answered; the others stay free to go to whichever is
/// first.
constexpr std::size_t depth_max = 16;
/// How often a request is sent in all, when connections break.
constexpr int attempts_max = 2;
constexpr auto watch_every = std::chrono::seconds{1};

// A repeatable read gives all queries of a request one snapshot. Rows are found by index wherever there is
// one: plans are made once, perhaps while the tables are still empty. What many rows are looked up by is
// rarely the same twice, so that remembering each for a second time would only cost.
constexpr const char* session_settings =
    "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_memoize=off"
    " -c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read"
    " -c statement_timeout=";

// Holds until the transaction's end, which is the request's sync.
constexpr statement scope_statement{"tenant_of_request", "select set_config('foyer.organisation', $1, true)"};
// Before anything is asked: takes on the role that sees nothing without a scope.
constexpr const char* tenants_only_sql = "select read_for_tenants()";

/// The database's fault, or its absence: the same may succeed later.
bool temporary(const failure& why) {
  const auto group = why.sqlstate_class();
  return why.sqlstate.empty() || group == "53" || group == "57" || group == "58" || group == "08" ||
         group == "40";
}

class pool;

struct slot;

/// The connections for one kind of scope, and what waits for one of them.
struct lane {
  bool tenants_only = false;
  std::vector<std::unique_ptr<slot>> slots;
  std::deque<read_request> waiting;
  std::atomic<int> open{0};
};

/// One connection of the pool, and what it was asked.
struct slot final : connection::listener {
  slot(pool& of, lane& in, const strand& on, backoff::duration reconnect_max)
      : owner(of), beside(in), timer(on), wait(reconnect_max) {}

  void on_open() override;
  void on_result(rows result) override;
  void on_sync() override;
  void on_lost(const failure& why) override;

  pool& owner;
  lane& beside;
  asio::steady_timer timer; // until the next attempt to connect
  backoff wait;
  pipeline sent;
  std::shared_ptr<connection> link;
  bool open = false;
  bool settling = false; // until it can see no more than it should
  clock::time_point settling_since;
  std::string unsettled; // why it can't be used
};

class pool final : public read_pool, public std::enable_shared_from_this<pool> {
public:
  pool(asio::io_context& on, const config::settings& settings, const std::string& url)
      : strand_(asio::make_strand(on)), watch_(strand_), queue_max_(settings.database.read_queue_max),
        // The server's own timeout comes first, except when it has stopped altogether.
        stall_(settings.database.statement_deadline + settings.database.connect_deadline) {
    options_ = {url, "foyer-read",
                session_settings + std::to_string(settings.database.statement_deadline.count()),
                settings.database.connect_deadline};
    tenants_.tenants_only = true;
    for (auto* each : {&tenants_, &platform_})
      for (std::int64_t i = 0; i < settings.database.read_connections; ++i)
        each->slots.push_back(std::make_unique<slot>(*this, *each, strand_, settings.database.reconnect_max));
  }

  void start() {
    asio::post(strand_, [self = shared_from_this()] {
      for (auto* each : {&self->tenants_, &self->platform_})
        for (auto& one : each->slots) self->connect(*one);
      self->watch();
    });
  }

  void run(std::vector<read_query> queries, read_scope scope,
           std::function<void(outcome<all_rows>)> done) override {
    read_request request{std::move(queries), scope, std::move(done)};
    const auto full = stats_.waiting.fetch_add(1, std::memory_order_relaxed) >= queue_max_;
    asio::post(strand_, [self = shared_from_this(), full, request = std::move(request)]() mutable {
      if (full) return self->refuse(std::move(request), "too many reads wait");
      auto& in = std::holds_alternative<within>(request.scope) ? self->tenants_ : self->platform_;
      in.waiting.push_back(std::move(request));
      self->dispatch(in);
    });
  }

  void after_this_turn(std::function<void()> then) override { asio::post(strand_, std::move(then)); }

  bool ready() const noexcept override {
    return tenants_.open.load(std::memory_order_relaxed) > 0 &&
           platform_.open.load(std::memory_order_relaxed) > 0;
  }
  const read_stats& stats() const noexcept override { return stats_; }

  void close() override {
    asio::post(strand_, [self = shared_from_this()] {
      self->closed_ = true;
      self->watch_.cancel();
      for (auto* each : {&self->tenants_, &self->platform_}) {
        for (auto& one : each->slots) {
          one->timer.cancel();
          self->drop(*one);
        }
        self->dispatch(*each);
      }
    });
  }

  // Called by the slots
  // ------------------------------------------------------------------------------------------

  void opened(slot& which) {
    which.open = true;
    which.wait.reset();
    which.beside.open.fetch_add(1, std::memory_order_relaxed);
    stats_.connected.fetch_add(1, std::memory_order_relaxed);
    dispatch(which.beside);
  }

  void finished(slot& which) {
    auto [request, answer] = which.sent.sync();
    dispatch(which.beside); // the next one is on its way before this one is told
    if (!answer.failed) {
      stats_.requests.fetch_add(1, std::memory_order_relaxed);
      request.done(std::move(answer.results));
      return;
    }
    stats_.failed.fetch_add(1, std::memory_order_relaxed);
    if (temporary(*answer.failed)) {
      request.done(refusal{errc::unavailable, answer.failed->message});
      return;
    }
    spdlog::error("query {} failed: {} {}", request.queries.front().what->name, answer.failed->sqlstate,
                  answer.failed->message);
    request.done(errc::internal);
  }

  void lost(slot& which, std::string_view why) {
    if (closed_) return;
    if (which.open) {
      spdlog::warn("a read connection was lost: {}", why);
      stats_.reconnects.fetch_add(1, std::memory_order_relaxed);
    }
    drop(which);
    which.timer.expires_after(which.wait.next());
    which.timer.async_wait([self = shared_from_this(), &which](boost::system::error_code ec) {
      if (!ec) self->connect(which);
    });
    dispatch(which.beside);
  }

private:
  void connect(slot& which) {
    if (!closed_) which.link = open_connection(strand_, options_, which);
  }

  /// Disconnects; what the connection had not answered is tried elsewhere once, as reading twice does no
  /// harm.
  void drop(slot& which) {
    if (std::exchange(which.open, false)) {
      which.beside.open.fetch_sub(1, std::memory_order_relaxed);
      stats_.connected.fetch_sub(1, std::memory_order_relaxed);
    }
    if (which.link) std::exchange(which.link, nullptr)->close();
    which.settling = false;
    auto unanswered = which.sent.abandon();
    for (auto at = unanswered.rbegin(); at != unanswered.rend(); ++at) {
      stats_.waiting.fetch_add(1, std::memory_order_relaxed);
      if (at->attempts >= attempts_max)
        refuse(std::move(*at), "the database went away");
      else
        which.beside.waiting.push_front(std::move(*at));
    }
  }

  void refuse(read_request request, const char* why) {
    stats_.waiting.fetch_sub(1, std::memory_order_relaxed);
    stats_.refused.fetch_add(1, std::memory_order_relaxed);
    request.done(refusal{errc::unavailable, why});
  }

  /// Hands what waits to the connections that have least to do.
  void dispatch(lane& in) {
    while (!in.waiting.empty()) {
      slot* best = nullptr;
      auto any = false;
      for (auto& one : in.slots) {
        any = any || one->open;
        if (!one->open || one->sent.in_flight() >= depth_max) continue;
        if (best == nullptr || one->sent.in_flight() < best->sent.in_flight()) best = one.get();
      }
      if (any && best == nullptr) return;
      auto request = std::move(in.waiting.front());
      in.waiting.pop_front();
      if (!any) {
        refuse(std::move(request), "the database is away");
        continue;
      }
      stats_.waiting.fetch_sub(1, std::memory_order_relaxed);
      send(*best, std::move(request));
    }
  }

  void send(slot& which, read_request request) {
    ++request.attempts;
    const auto& steps = which.sent.send(std::move(request), clock::now());
    const auto& queries = which.sent.last().queries;
    for (const auto& step : steps) {
      switch (step.what) {
      case pipeline::step::kind::prepare: which.link->prepare(*queries[step.index].what); break;
      case pipeline::step::kind::scope:
        scope_.clear();
        scope_.add(to_string(std::get<within>(which.sent.last().scope).tenant));
        which.link->run(scope_statement, scope_);
        break;
      case pipeline::step::kind::query:
        which.link->run(*queries[step.index].what, queries[step.index].with);
        break;
      }
    }
    which.link->sync();
  }

  /// A server that is stopped or cut off says nothing and never will.
  void watch() {
    watch_.expires_after(watch_every);
    watch_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (ec) return;
      for (auto* each : {&self->tenants_, &self->platform_}) {
        for (auto& one : each->slots) {
          auto oldest = one->settling ? std::optional{one->settling_since} : std::nullopt;
          if (one->open) oldest = one->sent.oldest();
          if (oldest && clock::now() - *oldest > self->stall_) self->lost(*one, "no answer");
        }
      }
      self->watch();
    });
  }

  strand strand_;
  asio::steady_timer watch_;
  std::int64_t queue_max_;
  clock::duration stall_;
  connect_options options_;
  read_stats stats_;
  lane tenants_;
  lane platform_;
  params scope_;
  bool closed_ = false;
};

void slot::on_open() {
  if (!beside.tenants_only) return owner.opened(*this);
  settling = true;
  settling_since = clock::now();
  unsettled.clear();
  link->run_once(tenants_only_sql, {});
  link->prepare(scope_statement);
  link->sync();
}
void slot::on_result(rows result) {
  if (!settling) return sent.result(std::move(result));
  if (!result.ok() && !result.skipped()) unsettled = result.error().message;
}
void slot::on_sync() {
  if (!std::exchange(settling, false)) return owner.finished(*this);
  if (unsettled.empty()) return owner.opened(*this);
  spdlog::error("a connection that reads for tenants can't be used: {}", unsettled);
  owner.lost(*this, unsettled);
}
void slot::on_lost(const failure& why) {
  link = nullptr;
  settling = false;
  owner.lost(*this, why.message);
}

} // namespace

std::shared_ptr<read_pool> create_read_pool(asio::io_context& on, const config::settings& settings,
                                            const std::string& database_url) {
  auto out = std::make_shared<pool>(on, settings, database_url);
  out->start();
  return out;
}

} // namespace foyer::storage::pg
