#include "actors/merge/merge.hpp"

#include "actors/runtime/ask.hpp"

#include <memory>
#include <utility>

namespace foyer::merge {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using wallet::transfer;

// Somebody else changed one of the rows meanwhile, as a campaign or another merge does: look again. Of merges
// that want each other's households one goes through in each round.
constexpr int attempts_max = 24;
// A merged household may have been merged on and on; no house does that more often.
constexpr int hops_max = 32;

/// Why somebody down the chain refused: those before hear only that nothing was written.
using refused_for = std::shared_ptr<std::optional<refusal>>;

std::int64_t unix_ms(time_point at) {
  return std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count();
}

// Hands the rows on as those of this command. What the next one answers is what became of them.
template <class Registry, class Command>
handing_on next_is(Registry& registry, household_id which, Command command, refused_for why) {
  return [&registry, which, command = std::move(command), why](commit rows, journal::callback done) mutable {
    command.rows = std::move(rows);
    // Should the actor die with it, nothing was written: the reply says unavailable then.
    reply<typename Command::result> back{
        [why, done = std::move(done)](outcome<typename Command::result> answer) {
          if (answer) return done({commit_status::committed, {}, {}});
          if (!*why) *why = answer.error();
          done({commit_status::lost, {}, {}});
        }};
    registry.tell(which, ask<Command>{std::move(command), std::move(back)});
  };
}

// Always the household of the lower id first: two merges of the same two in opposite directions would wait
// for each other else. A wallet waits for nobody, but the one that goes on afterwards comes last, so that
// what it decides next is written behind.
template <class One, class Other>
asio::awaitable<outcome<household::state>> through(services& with, household_id first, One one,
                                                   household_id second, Other other, handing_on wallets,
                                                   refused_for why) {
  outcome<household::state> answer{errc::unavailable};
  if (first.value.bytes < second.value.bytes) {
    other.on = std::move(wallets);
    one.on = next_is(with.households, second, std::move(other), why);
    answer = co_await ask_entity(with.households, first, std::move(one));
  } else {
    one.on = std::move(wallets);
    other.on = next_is(with.households, first, std::move(one), why);
    answer = co_await ask_entity(with.households, second, std::move(other));
  }
  if (!answer && *why) co_return **why;
  co_return answer;
}

std::function<std::string(const commit&)> rendering(const answer_to_keep& how,
                                                    households_merged_row as_undone = {}) {
  if (!how.render) return {};
  return [render = how.render, as_undone](const commit& rows) {
    for (const auto& each : rows.cold)
      if (const auto* row = std::get_if<households_merged_row>(&each)) return render(*row);
    return render(as_undone);
  };
}

// What was rendered inside of the commit is told again outside.
struct rendered {
  std::shared_ptr<std::string> text = std::make_shared<std::string>();
  std::function<std::string(const commit&)> keeping(std::function<std::string(const commit&)> render) const {
    if (!render) return {};
    return [render = std::move(render), to = text](const commit& rows) { return *to = render(rows); };
  }
};

asio::awaitable<outcome<merged>> run_once(services& with, const merge_households& command) {
  auto from = co_await ask_entity(with.households, command.from, household::get_view{});
  if (!from) co_return from.error();
  auto why = std::make_shared<std::optional<refusal>>();
  rendered answer;

  transfer receive;
  receive.organisation = command.organisation;
  receive.which = transfer::side::receive;
  receive.staff_floor = command.staff_floor;
  receive.debts_too = command.debts_too;
  receive.reason = from->number;
  receive.by = command.by;
  receive.id = entry_id{new_uuid(unix_ms(command.by.at))};
  receive.idempotency = command.answer.row;
  receive.render = answer.keeping(rendering(command.answer));
  transfer close;
  close.organisation = command.organisation;
  close.which = transfer::side::close;
  close.by = command.by;
  close.id = entry_id{new_uuid(unix_ms(command.by.at))};

  household::absorb absorb;
  absorb.from = *from;
  absorb.linked = command.linked;
  // As a link does: of the other one's box-office orders the account sees those from now on (H7).
  if (!absorb.linked && from->account)
    absorb.linked = household::link{*from->account, from->account_username, command.by.at, false,
                                    from->linked_at.value_or(command.by.at)};
  absorb.audit = command.into_audit;
  household::leave leave;
  leave.into = command.into;
  leave.expected_version = from->version;
  leave.audit = command.from_audit;

  households_merged_row row;
  row.organisation = command.organisation;
  row.id = command.id;
  row.into = command.into;
  row.from = command.from;
  row.cause = command.cause;
  row.by = command.by.account;
  row.at = command.by.at;
  commit rows = command.rows;
  rows.cold.insert(rows.cold.begin(), row);
  (command.into.value.bytes < command.from.value.bytes ? absorb.rows : leave.rows) = std::move(rows);

  auto into = co_await ask_entity(with.households, command.into, household::get_view{});
  if (!into) co_return into.error();
  close.reason = into->number;
  close.on = next_is(with.wallets, command.into, std::move(receive), why);
  auto wallets = next_is(with.wallets, command.from, std::move(close), why);
  auto done = co_await through(with, command.into, std::move(absorb), command.from, std::move(leave),
                               std::move(wallets), why);
  if (!done) co_return done.error();
  auto after = co_await ask_entity(with.households, command.into, household::get_view{});
  if (!after) co_return after.error();
  co_return merged{std::move(*after), *answer.text};
}

asio::awaitable<outcome<merged>> undo_once(services& with, const undo_merge& command) {
  const auto& what = command.what;
  auto why = std::make_shared<std::optional<refusal>>();
  rendered answer;

  transfer give_back;
  give_back.organisation = what.organisation;
  give_back.which = transfer::side::give_back;
  give_back.sum = what.moved;
  give_back.entries_then = what.into_entries;
  give_back.staff_floor = command.staff_floor;
  give_back.reason = what.from_before.number;
  give_back.by = command.by;
  give_back.id = entry_id{new_uuid(unix_ms(command.by.at))};
  give_back.idempotency = command.answer.row;
  households_merged_row undone;
  undone.id = what.id;
  undone.into = what.into;
  undone.from = what.from;
  undone.moved = what.moved;
  give_back.render = answer.keeping(rendering(command.answer, undone));
  auto reopen = give_back;
  reopen.which = transfer::side::reopen;
  reopen.entries_then = what.from_entries;
  reopen.reason = what.into_before.number;
  reopen.id = entry_id{new_uuid(unix_ms(command.by.at))};
  reopen.idempotency.reset();

  household::restore into;
  into.to = what.into_before;
  into.expected_version = what.into_version;
  into.audit = command.into_audit;
  household::restore from;
  from.to = what.from_before;
  from.expected_version = what.from_version;
  from.audit = command.from_audit;
  commit rows;
  rows.cold.emplace_back(
      merge_undone_row{what.organisation, what.id, what.into, what.from, command.by.account, command.by.at});
  (what.into.value.bytes < what.from.value.bytes ? into.rows : from.rows) = std::move(rows);

  reopen.on = next_is(with.wallets, what.into, std::move(give_back), why);
  auto wallets = next_is(with.wallets, what.from, std::move(reopen), why);
  auto done =
      co_await through(with, what.into, std::move(into), what.from, std::move(from), std::move(wallets), why);
  if (!done) co_return done.error();
  auto after = co_await ask_entity(with.households, what.into, household::get_view{});
  if (!after) co_return after.error();
  co_return merged{std::move(*after), *answer.text};
}

bool may_try_again(const refusal& why) {
  return why.code == errc::unavailable || why.code == errc::version_conflict;
}

} // namespace

asio::awaitable<outcome<merged>> run(services& with, merge_households command) {
  // One actor can't wait for itself.
  if (command.into == command.from)
    co_return refusal{errc::conflict, "A household can't be merged with itself."};
  for (int attempt = 1;; ++attempt) {
    auto result = co_await run_once(with, command);
    if (result || attempt == attempts_max || !may_try_again(result.error())) co_return result;
  }
}

asio::awaitable<outcome<merged>> undo(services& with, undo_merge command) {
  for (int attempt = 1;; ++attempt) {
    auto result = co_await undo_once(with, command);
    if (result || attempt == attempts_max || !may_try_again(result.error())) co_return result;
  }
}

asio::awaitable<outcome<household::state>> follow(household::registry& households, household_id which) {
  auto seen = co_await ask_entity(households, which, household::get_view{});
  for (int hop = 0; hop < hops_max && seen && seen->merged_into; ++hop) {
    const auto next = *seen->merged_into;
    seen = co_await ask_entity(households, next, household::get_view{});
  }
  co_return seen;
}

} // namespace foyer::merge
