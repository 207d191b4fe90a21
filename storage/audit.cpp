#include "storage/audit.hpp"

#include "storage/audit_queries.hpp"
#include "storage/ledger_walk.hpp"

#include <algorithm>
#include <atomic>
#include <future>

namespace foyer::storage {
namespace {

/// The queries of one audit, answered over several connections that see the same.
class questions {
public:
  explicit questions(bool walked) {
    for (const auto& each : audit_queries())
      if (each.walked == walked) all_.push_back({&each, {}});
  }

  /// Takes one after the other until none is left.
  outcome<done> ask(PGconn* open) {
    for (auto next = next_++; next < all_.size(); next = next_++) {
      auto& [what, answers] = all_[next];
      auto answer = query(open, what->sql);
      if (!answer) return refusal{errc::unavailable, std::string{what->name} + ": " + answer.error().detail};
      for (int row = 0; row < PQntuples(answer->get()); ++row)
        answers.push_back({what->invariant, what->name, PQgetvalue(answer->get(), row, 0)});
    }
    return done{};
  }

  void tell(std::vector<violation>& to) {
    for (auto& [what, answers] : all_) to.insert(to.end(), answers.begin(), answers.end());
  }

private:
  struct question {
    const audit_query* what;
    std::vector<violation> answers; // of the thread that took it
  };
  std::vector<question> all_;
  std::atomic<std::size_t> next_{0};
};

/// The walk over a connection of its own that sees what the first one sees; then what is left of the
/// questions.
outcome<ledger_report> walk_beside(const std::string& url, const std::string& snapshot,
                                   checkpoint_reader* signed_before, questions& also) {
  auto open = connect_blocking(url);
  if (!open) return open.error();
  if (auto begun = begin_snapshot(open->get(), snapshot); !begun) return begun.error();
  auto report = walk_ledger(open->get(), signed_before);
  if (!report) return report;
  if (auto asked = also.ask(open->get()); !asked) return asked.error();
  return report;
}

} // namespace

outcome<std::vector<violation>> audit(const std::string& database_url, checkpoint_reader* signed_before) {
  auto open = connect_blocking(database_url);
  if (!open) return open.error();
  if (auto begun = begin_snapshot(open->get()); !begun) return begun.error();
  const auto snapshot = query(open->get(), "select pg_export_snapshot()");
  if (!snapshot) return snapshot.error();
  questions all{false};
  // Two connections: what takes the time is the processor's work, in the database and here.
  auto walk = std::async(std::launch::async, [&, name = first_value(*snapshot)] {
    return walk_beside(database_url, name, signed_before, all);
  });
  const auto asked = all.ask(open->get());
  const auto ledger = walk.get();
  if (!asked) return asked.error();
  if (!ledger) return ledger.error();
  const auto unseen = query(open->get(), wallets_unseen, {std::to_string(ledger->wallets)});
  if (!unseen) return unseen.error();
  questions of_wallets{true};
  if (!ledger->wallets_sound || first_value(*unseen) != "0")
    if (const auto closer = of_wallets.ask(open->get()); !closer) return closer.error();

  std::vector<violation> found;
  of_wallets.tell(found);
  all.tell(found);
  for (const auto& each : ledger->broken)
    found.push_back(
        {5, "chains",
         "wallet " + to_string(each.household) + " entry " + std::to_string(each.seq) + ": " + each.why});
  std::stable_sort(found.begin(), found.end(),
                   [](const violation& a, const violation& b) { return a.invariant < b.invariant; });
  return found;
}

} // namespace foyer::storage
