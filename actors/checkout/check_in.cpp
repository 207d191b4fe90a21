#include "actors/checkout/steps.hpp"
#include "actors/runtime/ask.hpp"
#include "actors/runtime/entity.hpp"

// A ticket at the door. Its row decides between two scanners, or a scanner and a refund, that come at once:
// who is second looks again.

namespace foyer::checkout {
namespace {

namespace asio = boost::asio;
using runtime::await_reply;

asio::awaitable<outcome<checked_in>> check_in_once(services& with, const check_in_ticket& command) {
  const auto now = with.clock.now();
  auto found = co_await await_reply<order::scanned_ticket>([&](reply<order::scanned_ticket> back) {
    with.orders.scan_ticket(command.organisation->id, command.ticket, now,
                            command.organisation->options.time_zone, std::move(back));
  });
  if (!found) co_return found.error();
  checked_in out;
  out.ticket = std::move(*found);
  if (!command.is_genuine(out.ticket.of)) co_return errc::not_found;
  const auto decided = order::decide_check_in(out.ticket, command.organisation->id, command.by, now);
  out.what = decided.what;
  out.since = decided.since;
  if (!decided.row) co_return out;
  out.since = now;
  commit rows;
  rows.cold.emplace_back(*decided.row);
  auto audit = command.audit;
  audit.subject = out.ticket.of.id.value;
  audit.at = now;
  rows.cold.emplace_back(std::move(audit));
  auto what = co_await await_reply<commit_outcome>([&](reply<commit_outcome> back) {
    with.journal.append(std::move(rows), [back](const commit_outcome& became) { back(became); });
  });
  if (!what) co_return what.error();
  if (what->status == commit_status::stale) co_return errc::version_conflict;
  if (what->status != commit_status::committed) co_return runtime::refusal_of(*what);
  co_return out;
}

} // namespace

asio::awaitable<outcome<checked_in>> check_in(services& with, check_in_ticket command) {
  for (int attempt = 1;; ++attempt) {
    auto result = co_await check_in_once(with, command);
    if (result || attempt == attempts_max || result.error().code != errc::version_conflict) co_return result;
  }
}

} // namespace foyer::checkout
