#pragma once

#include "actors/account/account.hpp"

// What the decisions of an account share: one change under way, and the mails and tokens that it brings.
// Pure.

namespace foyer::account {

/// The next state and its rows while they are being made.
class change {
public:
  explicit change(const state& now) : before(now), next(now) {}

  /// Gives out a token. With `replace` earlier ones of the purpose die; those that live on differ by their
  /// subject or carry the same rights.
  const token& mint(token_purpose purpose, const minted& fresh, std::string subject, time_point at,
                    duration life, bool replace);
  void replace_tokens(token_purpose purpose);
  void use(const token_id& which);

  /// A mail about this account to `address`, with every param that the templates about accounts know.
  void mail(const mail_id& id, std::string_view template_name, const std::string& address, time_point at,
            const std::optional<token_id>& link = {}, const origin& from = {});

  /// Writes the account's row, when `next` is complete.
  void write_account();
  void end_deadlines();
  void end_sessions(std::optional<session_id> except);

  /// Every durable change of an account writes its row, even where only a token or a session changes: the
  /// version in it keeps a decision from landing whose ground, an earlier one, was lost.
  template <class Result>
  decided<Result> done_with(Result result, bool durable = true) {
    if (durable && !written_ && before.exists() && next.exists()) write_account();
    return step<state, Result>{std::move(next), std::move(result), std::move(rows), durable};
  }

  const state& before;
  state next;
  commit rows;
  std::string former_email; // of a change of address
  std::string removed_at;   // of a reminder: when the account goes
  std::string new_email;
  std::string role; // of somebody who joins the staff
  std::optional<organisation_id>
      told_by; // whose tokens and mails these are, when not where the account was registered

private:
  bool written_ = false;
};

/// Which token a proof is for, or why it is none. A wrong code adds its failure to `to` (and has rows then).
struct proof_result {
  std::optional<token> found;
  errc refused = errc::token_unknown;
  bool counted = false;
};
proof_result check_proof(change& to, token_purpose purpose, const proof& given, const supplies& with);

/// A refused proof as the answer of its command.
decided<proven> refuse_proof(change& to, const proof_result& checked);

/// As templates read times (keys that end with _at): RFC 3339 in UTC.
std::string rfc3339(time_point at);

} // namespace foyer::account
