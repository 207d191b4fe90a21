#include "actors/imports/importer.hpp"

#include "actors/imports/checker.hpp"
#include "actors/imports/creator.hpp"
#include "actors/imports/waiting.hpp"

#include <algorithm>
#include <exception>
#include <sys/resource.h>
#include <thread>
#include <unordered_set>

namespace foyer::imports {
namespace {

// Imports that another process left behind are found after this time.
constexpr std::chrono::seconds look_every{30};
// After a failure: the database is away, or full.
constexpr std::chrono::milliseconds rest{500};
// Of a series, which failure is told: while the server starts, the database may not be connected yet.
constexpr int failures_told = 4;
// Files with people's data that nobody goes on with, and lines that were not created.
constexpr std::chrono::days files_kept_for{7};
constexpr std::chrono::days lines_kept_for{30};
constexpr std::chrono::hours forget_every{1};
// Portions after which it looks for a new file to check: that one should not wait for a large one.
constexpr int portions_in_turn = 20;
// Requests come first on a busy machine.
constexpr int niceness = 10;

class thread_of_its_own final : public importer {
public:
  explicit thread_of_its_own(importer_parts with) : with_(std::move(with)), thread_([this] { run(); }) {}
  ~thread_of_its_own() override { stop(); }

  void wake() noexcept override { waiting_.wake(); }

  void stop() override {
    waiting_.stop();
    if (thread_.joinable()) thread_.join();
  }

private:
  void run() {
    ::setpriority(PRIO_PROCESS, 0, niceness); // on Linux: of this thread
    do {
      auto worked = work_safely();
      for (int failures = 1; !worked && !waiting_.stopped(); ++failures) {
        if (failures == failures_told) tell(worked.error());
        if (waiting_.sleep(rest, false)) return;
        worked = work_safely();
      }
    } while (!waiting_.sleep(look_every, true));
  }

  // What nobody catches would end the process: it is a failure as others, after which it begins again.
  outcome<done> work_safely() {
    try {
      return work();
    } catch (const std::exception& wrong) {
      creating_.reset();
      return refusal{errc::internal, wrong.what()};
    } catch (...) {
      creating_.reset();
      return refusal{errc::internal, "An import ended in an unknown way."};
    }
  }

  outcome<done> work() {
    if (auto forgotten = forget(); !forgotten) return forgotten.error();
    while (!waiting_.stopped()) {
      auto open =
          waiting_.for_answer<std::vector<state>>([&](auto back) { with_.from.list_open(std::move(back)); });
      if (!open) return open.error();
      if (open->empty()) {
        creating_.reset();
        return done{};
      }
      const auto next = std::find_if(open->begin(), open->end(),
                                     [](const state& each) { return each.phase == phase::checking; });
      auto worked = next != open->end() ? check_import(with_, waiting_, *next, begun_.insert(next->id).second)
                                        : create(open->front());
      if (!worked) return worked.error();
    }
    return done{};
  }

  outcome<done> create(state& of) {
    if (!creating_ || creating_->id() != of.id) {
      creating_.reset();
      auto opened = creator::open(with_, waiting_, of);
      if (!opened && opened.error().code == errc::unavailable) return opened.error();
      // It would stay so, and the imports of every house wait behind it.
      if (!opened) return fail_import(with_, waiting_, std::move(of), opened.error());
      creating_ = std::move(*opened);
    }
    auto worked = creating_->go_on(std::move(of), portions_in_turn);
    if (!worked) creating_.reset();
    return worked;
  }

  outcome<done> forget() {
    const auto now = with_.clock.now();
    if (now < forget_next_) return done{};
    commit rows;
    rows.cold.emplace_back(imports_forgotten_row{now - files_kept_for, now - lines_kept_for});
    const auto told = waiting_.for_commit(with_.to, std::move(rows));
    if (told.status != commit_status::committed) return refusal{errc::unavailable, told.detail};
    forget_next_ = now + forget_every;
    return done{};
  }

  void tell(const refusal& why) const {
    if (with_.log) with_.log(why.detail.empty() ? to_string(why.code) : why.detail);
  }

  importer_parts with_;
  waiting waiting_;
  std::unique_ptr<creator> creating_;
  std::unordered_set<import_id> begun_; // to be checked, by this process
  time_point forget_next_{};
  std::thread thread_; // last: it uses all of the above
};

} // namespace

std::unique_ptr<importer> start_importer(importer_parts with) {
  return std::make_unique<thread_of_its_own>(std::move(with));
}

} // namespace foyer::imports
