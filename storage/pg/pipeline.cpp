#include "storage/pg/pipeline.hpp"

#include <utility>

namespace foyer::storage::pg {

const std::vector<pipeline::step>& pipeline::send(read_request request, clock::time_point now) {
  auto& added = flights_.emplace_back(flight{std::move(request), now, {}, 0, {}});
  const auto& queries = added.request.queries;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (prepared_.insert(queries[i].what).second) added.steps.push_back({step::kind::prepare, i});
  }
  if (std::holds_alternative<within>(added.request.scope)) added.steps.push_back({step::kind::scope});
  for (std::size_t i = 0; i < queries.size(); ++i) added.steps.push_back({step::kind::query, i});
  added.answer.results.reserve(queries.size());
  return added.steps;
}

void pipeline::result(rows of) {
  if (flights_.empty()) return;
  auto& oldest = flights_.front();
  if (oldest.answered == oldest.steps.size()) { // a failure of the sync itself
    if (!oldest.answer.failed) oldest.answer.failed = of.error();
    return;
  }
  const auto& current = oldest.steps[oldest.answered++];
  if (of.ok()) {
    if (current.what == step::kind::query) oldest.answer.results.push_back(std::move(of));
    return;
  }
  if (!of.skipped() && !oldest.answer.failed) oldest.answer.failed = of.error();
  // What was not prepared is prepared by the next request that needs it.
  if (current.what == step::kind::prepare) prepared_.erase(oldest.request.queries[current.index].what);
}

pipeline::finished pipeline::sync() {
  auto& oldest = flights_.front();
  finished out{std::move(oldest.request), std::move(oldest.answer)};
  flights_.pop_front();
  return out;
}

std::vector<read_request> pipeline::abandon() {
  std::vector<read_request> out;
  for (auto& each : flights_) out.push_back(std::move(each.request));
  flights_.clear();
  prepared_.clear();
  return out;
}

} // namespace foyer::storage::pg
