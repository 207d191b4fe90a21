#pragma once

#include "actors/journal.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace foyer::imports {

/// How a thread of its own waits for answers of others, and ends at once when it is told to, also while an
/// answer will never come. Answers that come later find nobody.
class waiting {
public:
  /// Refused (`unavailable`) after stop(). `start` gets the callback.
  template <class T, class Start>
  outcome<T> for_answer(Start start) {
    auto cell = std::make_shared<std::optional<outcome<T>>>();
    start(std::function<void(outcome<T>)>{[cell, gate = gate_](outcome<T> told) {
      {
        const std::lock_guard lock{gate->mutex};
        cell->emplace(std::move(told));
      }
      gate->changed.notify_all();
    }});
    std::unique_lock lock{gate_->mutex};
    gate_->changed.wait(lock, [&] { return cell->has_value() || gate_->stopped; });
    if (!cell->has_value()) return errc::unavailable;
    return std::move(**cell);
  }

  commit_outcome for_commit(journal& to, commit rows) {
    auto told = for_answer<commit_outcome>([&](std::function<void(outcome<commit_outcome>)> back) {
      to.append(std::move(rows), [back = std::move(back)](const commit_outcome& what) { back(what); });
    });
    return told ? std::move(*told) : commit_outcome{commit_status::lost, {}, "stopped"};
  }

  void wake() noexcept {
    {
      const std::lock_guard lock{gate_->mutex};
      gate_->woken = true;
    }
    gate_->changed.notify_all();
  }
  void stop() noexcept {
    {
      const std::lock_guard lock{gate_->mutex};
      gate_->stopped = true;
    }
    gate_->changed.notify_all();
  }
  [[nodiscard]] bool stopped() const {
    const std::lock_guard lock{gate_->mutex};
    return gate_->stopped;
  }
  /// True when it is time to end.
  bool sleep(std::chrono::milliseconds time, bool for_work) {
    std::unique_lock lock{gate_->mutex};
    gate_->changed.wait_for(lock, time, [&] { return gate_->stopped || (for_work && gate_->woken); });
    gate_->woken = false;
    return gate_->stopped;
  }

private:
  struct gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool woken = false;
    bool stopped = false;
  };
  std::shared_ptr<gate> gate_ = std::make_shared<gate>();
};

} // namespace foyer::imports
