#pragma once

#include "bench/load.hpp"
#include "bench/load_connection.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace foyer::bench {

enum class load_phase { warm_up, measuring, draining };

// What the streams of a load share: where to, the clock and the counts.
struct load_state {
  explicit load_state(const load_plan& of) : plan{of} {}

  const load_plan& plan;
  load_result result;
  boost::asio::ip::tcp::endpoint endpoint;
  load_phase phase = load_phase::warm_up;
  std::chrono::steady_clock::time_point started;
  std::chrono::steady_clock::time_point measuring_since;
  std::chrono::steady_clock::time_point measuring_until; // once draining
  std::chrono::steady_clock::time_point answered;        // the last time, with any status
  std::uint64_t lost_since_answer = 0;
  std::uint64_t requests = 0;
  histogram since_progress; // of streams that aren't background

  void note_error(std::string what) {
    if (result.first_error.empty()) result.first_error = std::move(what);
  }
};

// Runs one load_stream. All on the thread of the io_context.
class stream_driver final : public flight_source {
public:
  stream_driver(boost::asio::io_context& context, const load_stream& what, load_state& shared);

  void start();
  void check_deadlines(std::chrono::steady_clock::time_point now);
  // Ends the timeline's present sample.
  void sample(std::chrono::steady_clock::time_point now);
  // It has sent all that it may, and all is answered.
  bool exhausted() const { return what_.requests_max > 0 && sent_ >= what_.requests_max && idle(); }
  // No more requests; called once `draining` has begun. Counts what was due and not sent.
  void stop();
  bool idle() const;
  void close_all();

  bool sending() const override { return shared_.phase != load_phase::draining; }
  bool next(flight& to, load_connection& asking) override;
  void answered(const flight& what, const response_parser& answer) override;
  void lost(const std::string& why, bool was_timeout) override;
  bool pauses_when_refused() const override { return !open_loop(); }
  const boost::asio::ip::tcp::endpoint& endpoint() const override { return shared_.endpoint; }

private:
  struct moment {
    std::chrono::steady_clock::time_point at;
    load_sample figures;
  };

  bool open_loop() const { return what_.rate > 0; }
  std::chrono::steady_clock::time_point due(std::uint64_t number) const;
  void wake_when_due();
  void count_latency(const flight& what, std::chrono::steady_clock::time_point now);

  boost::asio::io_context& context_;
  const load_stream& what_;
  load_state& shared_;
  std::vector<std::size_t> kind_of_shape_; // index into the result's kinds
  std::size_t timeline_;                   // index into the result's timelines
  std::vector<std::shared_ptr<load_connection>> connections_;
  // Open loop: connections without anything to send yet, and the timer for the next request.
  std::deque<load_connection*> waiting_;
  boost::asio::steady_timer pacer_;
  bool pacing_ = false;
  std::uint64_t sent_ = 0;
  histogram since_sample_;
  std::uint64_t failed_since_sample_ = 0;
  std::chrono::steady_clock::time_point sampled_;
  std::vector<moment> moments_;
};

} // namespace foyer::bench
