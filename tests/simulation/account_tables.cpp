#include "tests/simulation/account_tables.hpp"

#include <algorithm>

namespace foyer::simulation {
namespace {

constexpr std::size_t lost_one_in = 12;
constexpr std::size_t unreadable_one_in = 20;
constexpr std::size_t dropped_one_in = 5;

account::state state_of(const account_row& row, std::vector<account::token> tokens) {
  account::state out;
  out.id = row.id;
  out.version = row.version;
  out.email = row.email;
  out.email_key = row.email_key;
  out.username = row.username;
  out.password_hash = row.password_hash;
  out.active = row.active;
  out.registration_hash = row.registration_hash;
  out.created_at = row.created_at;
  out.confirmed_at = row.confirmed_at;
  out.tokens = std::move(tokens);
  return out;
}

} // namespace

void account_tables::append(commit rows, callback done) {
  queue_.push_back({std::move(rows), std::move(done)});
}

void account_tables::load_account(const account_id& of, std::function<void(outcome<account::state>)> done) {
  reads_.emplace_back([this, of, done = std::move(done)] {
    if (faulty_ && chance_.one_in(unreadable_one_in)) {
      told_.emplace_back([done] { done(errc::unavailable); });
      return;
    }
    auto seen = account;
    seen.id = of;
    told_.emplace_back([done, seen] { done(seen); });
  });
}

void account_tables::step() {
  const auto first = chance_.below(3);
  for (std::size_t i = 0; i < 3; ++i) {
    auto& from = (first + i) % 3 == 0 ? told_ : reads_;
    if ((first + i) % 3 == 2) {
      if (queue_.empty()) continue;
      auto next = std::move(queue_.front());
      queue_.pop_front();
      const auto what = write(next.rows);
      told_.emplace_back([done = std::move(next.done), what] { done(what); });
      return;
    }
    if (from.empty()) continue;
    auto next = std::move(from.front());
    from.pop_front();
    return next();
  }
}

void account_tables::crash() {
  for (auto count = chance_.below(queue_.size() + 1); count > 0; --count) {
    write(queue_.front().rows);
    queue_.pop_front();
  }
  queue_.clear();
  told_.clear();
  reads_.clear();
}

commit_outcome account_tables::write(const commit& rows) {
  if (faulty_ && chance_.one_in(lost_one_in)) return {commit_status::lost, {}, {}};
  if (bugs_.commits_dropped && chance_.one_in(dropped_one_in)) return {commit_status::committed, {}, {}};
  if (stale(rows)) return {commit_status::stale, {}, {}};
  for (const auto& row : rows.deadlines) deadlines.insert(row.kind);
  for (const auto& row : rows.cold) apply(row);
  return {commit_status::committed, {}, {}};
}

bool account_tables::stale(const commit& rows) const {
  for (const auto& each : rows.cold) {
    if (const auto* row = std::get_if<account_row>(&each);
        row != nullptr && row->expected_version != account.version)
      return true;
    if (const auto* row = std::get_if<account_removed>(&each);
        row != nullptr && row->expected_version != account.version)
      return true;
    const auto* used = std::get_if<token_used>(&each);
    if (used != nullptr && std::none_of(account.tokens.begin(), account.tokens.end(), [&](const auto& token) {
          return token.id == used->id && token.state == account::token_state::valid;
        }))
      return true;
  }
  return false;
}

void account_tables::apply(const cold_row& each) {
  auto& tokens = account.tokens;
  if (const auto* row = std::get_if<account_row>(&each)) {
    account = state_of(*row, std::move(tokens));
    passwords_ever.insert(row->password_hash);
  } else if (std::holds_alternative<account_removed>(each)) {
    account = {};
    sessions.clear();
    ++removals;
  } else if (const auto* made = std::get_if<token_row>(&each)) {
    tokens.push_back({made->id, made->purpose, account::token_state::valid, 0, made->subject,
                      made->created_at, made->expires_at});
  } else if (const auto* gone = std::get_if<tokens_replaced>(&each)) {
    for (auto& token : tokens)
      if (token.purpose == gone->purpose && token.state == account::token_state::valid)
        token.state = account::token_state::replaced;
  } else if (const auto* used = std::get_if<token_used>(&each)) {
    for (auto& token : tokens)
      if (token.id == used->id) token.state = account::token_state::used;
  } else if (const auto* failed = std::get_if<token_code_failed>(&each)) {
    for (auto& token : tokens)
      if (token.id == failed->id) ++token.code_failures;
  } else if (const auto* opened = std::get_if<session_row>(&each)) {
    sessions[opened->id] = opened_with[opened->id];
  } else if (const auto* ended = std::get_if<sessions_ended>(&each)) {
    if (bugs_.sessions_survive) return;
    std::erase_if(sessions, [&](const auto& session) { return session.first != ended->except; });
  } else if (const auto* done = std::get_if<deadline_done>(&each)) {
    if (!bugs_.deadlines_survive) deadlines.erase(done->kind);
  }
}

std::string account_tables::violated() const {
  const auto count = [this](token_purpose purpose) {
    return std::count_if(account.tokens.begin(), account.tokens.end(), [&](const auto& token) {
      return token.purpose == purpose && token.state == account::token_state::valid;
    });
  };
  if (!account.exists()) return sessions.empty() ? "" : "A4 a removed account has sessions";
  if (!account.active && !sessions.empty()) return "A3 an unconfirmed account has a session";
  if (account.pending() && !deadlines.contains(deadline_kind::account_removal))
    return "A4 an account that stays pending";
  if (account.active && !deadlines.empty()) return "A4 a confirmed account that waits for its removal";
  for (const auto& [id, password] : sessions)
    if (password != account.password_hash) return "A5 a session of a former password";
  if (count(token_purpose::password_reset) > 1) return "A5 two resets are good at once";
  if (count(token_purpose::confirmation) > 2)
    return "A2 more links than the latest and the reminder's are good";
  for (const auto& token : account.tokens)
    if (token.code_failures > 5) return "A2 a code with more than five tries";
  return "";
}

} // namespace foyer::simulation
