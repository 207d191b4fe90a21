#pragma once

#include "http/server/forwarded.hpp"
#include "http/server/guard.hpp"
#include "http/server/server.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace foyer::http {

using steady_clock = std::chrono::steady_clock;

/// Bodies beyond http.body_bytes_max at once: imports of 20 MiB would otherwise be memory for the asking.
inline constexpr int large_bodies_max = 8;

/// What the server needs to reach of a connection. All functions but deadline() run on its strand.
class connection {
public:
  explicit connection(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  virtual ~connection() = default;

  /// Does what the current phase's deadline demands, if it really has passed.
  virtual void expire() = 0;
  /// Ends what waits for the client; a request under way is answered first.
  virtual void drain() = 0;
  /// Closes the socket.
  virtual void abort() = 0;

  const boost::asio::any_io_executor& executor() const noexcept { return executor_; }
  /// time_point::max() without one. Any thread.
  steady_clock::time_point deadline() const noexcept {
    return steady_clock::time_point(steady_clock::duration(deadline_.load(std::memory_order_relaxed)));
  }

protected:
  void set_deadline(steady_clock::time_point when) noexcept {
    deadline_.store(when.time_since_epoch().count(), std::memory_order_relaxed);
  }

private:
  boost::asio::any_io_executor executor_;
  std::atomic<steady_clock::rep> deadline_{steady_clock::duration::max().count()};
};

/// What listener and connections share. Lives as long as the last of them.
class core : public std::enable_shared_from_this<core> {
public:
  /// Throws std::runtime_error for a bad trusted proxy.
  core(boost::asio::io_context&, server_options, const router&, metrics&);

  const server_options options;
  const router& routes;
  const trusted_proxies proxies;
  boost::asio::io_context& io;

  guard_limits limits() const noexcept;
  bool draining() const noexcept { return draining_.load(std::memory_order_relaxed); }

  // Connections. Any thread.

  /// Counts a connection in; false when there are too many in all or from its address.
  bool admit(const boost::asio::ip::address&);
  void release(const boost::asio::ip::address&);
  void enlist(const std::shared_ptr<connection>&);
  void forget(const connection*);
  std::size_t connections() const noexcept { return open_.load(std::memory_order_relaxed); }

  /// Shows this server in the metrics and looks for passed deadlines from now on, until stop_sweeping().
  void start();
  void stop_sweeping();
  /// Calls connection::drain on all; when_empty as server::drain has it.
  void drain(std::function<void()> when_empty);
  /// Calls connection::abort on all.
  void abort_all();

  // Figures. Any thread.

  /// A request was answered; route is null when none matched.
  void count_request(const route*, int status, steady_clock::duration took);
  void count_refused_head() noexcept { refused_heads_.add(); }
  void count_refused_connection() noexcept { refused_connections_.add(); }
  /// False: too many are under way.
  bool enter_handler(const route& which) noexcept {
    if (in_flight_.fetch_add(1, std::memory_order_relaxed) < options.in_flight_max ||
        which.info.group == "operations")
      return true;
    leave_handler();
    return false;
  }
  /// Counts a request beyond those under way at most. After how long it may come again: the more are refused,
  /// the later, so that refusing them never takes the time in which the others are served.
  std::chrono::seconds refuse_request(steady_clock::time_point now) noexcept;
  /// What it is told. Made once: refusing has to cost far less than serving.
  const response& surplus(std::chrono::seconds after) const {
    return surplus_[static_cast<std::size_t>(after.count() - 1)];
  }
  /// False: as many uploads are under way as the server wants to hold in memory.
  bool enter_large_body() noexcept {
    if (large_bodies_.fetch_add(1, std::memory_order_relaxed) < large_bodies_max) return true;
    leave_large_body();
    return false;
  }
  void leave_large_body() noexcept { large_bodies_.fetch_sub(1, std::memory_order_relaxed); }
  void count_held_request() noexcept { held_requests_.add(); }
  void leave_handler() noexcept { in_flight_.fetch_sub(1, std::memory_order_relaxed); }

private:
  void sweep_later();
  void sweep();
  std::vector<std::shared_ptr<connection>> all() const;
  void call_when_empty();

  std::vector<std::string> hosts_;
  metrics& metrics_;
  counter& refused_heads_;
  counter& refused_connections_;
  counter& refused_requests_;
  counter& held_requests_;
  static constexpr std::size_t surplus_waits_max = 8;
  std::vector<response> surplus_;            // to come again after 1, 2, … seconds
  std::atomic<std::int64_t> refusing_in_{0}; // second of the steady clock
  std::atomic<std::int64_t> refused_now_{0};
  std::atomic<std::int64_t> refused_before_{0}; // in the second before
  histogram& latency_;
  /// Statuses are counted as they occur: most routes never see most of them.
  static constexpr std::size_t status_kinds = 32;
  struct status_counters {
    std::array<std::atomic<counter*>, status_kinds> by_kind{};
  };
  std::vector<status_counters> figures_;
  std::atomic<std::int64_t> in_flight_{0};
  std::atomic<int> large_bodies_{0};

  std::atomic<bool> draining_{false};
  std::atomic<std::size_t> open_{0};
  mutable std::mutex mutex_;
  std::unordered_map<const connection*, std::weak_ptr<connection>> connections_;
  std::map<boost::asio::ip::address, std::size_t> by_address_;
  std::vector<std::function<void()>> when_empty_;
  /// Both on the timer's strand.
  boost::asio::steady_timer sweep_timer_;
  bool sweeping_ = true;
};

} // namespace foyer::http
