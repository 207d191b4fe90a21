#pragma once

#include "actors/commit/accounts.hpp"
#include "actors/commit/client_files.hpp"
#include "actors/commit/deadlines.hpp"
#include "actors/commit/households.hpp"
#include "actors/commit/idempotency.hpp"
#include "actors/commit/imports.hpp"
#include "actors/commit/mails.hpp"
#include "actors/commit/merges.hpp"
#include "actors/commit/order_changes.hpp"
#include "actors/commit/orders.hpp"
#include "actors/commit/organisations.hpp"
#include "actors/commit/outbox.hpp"
#include "actors/commit/refunds.hpp"
#include "actors/commit/sessions.hpp"
#include "actors/commit/wallets.hpp"

#include <variant>
#include <vector>

// The rows that an entity's decision changes, typed, without SQL: one file in actors/commit/ for each kind of
// thing. One `commit` is all or nothing. Hot rows travel as arrays of one statement; `cold_row`s have a
// statement of their own in the same transaction. storage/ knows how each is written.

namespace foyer {

using cold_row =
    std::variant<account_row, account_removed, token_row, tokens_replaced, token_used, token_code_failed,
                 session_row, session_touched, session_ended, sessions_ended, household_row, space_key_row,
                 organisation_row, shop_row, role_row, offer_row, order_changed, payment_changed,
                 tickets_changed, benefit_row, deadline_done, staff_change_row, campaign_row,
                 invitation_wording_row, unsubscribed_row, households_retagged, skill_row, skill_removed,
                 card_row, document_row, document_part_row, document_removed, hand_enrolment_row,
                 attendance_row, import_row, import_part_row, import_lines_row, households_row,
                 imports_forgotten_row, mail_retried, mail_aborted, suppression_lifted, mail_bounced,
                 logo_row, households_merged_row, merge_undone_row, line_cancelled, tickets_cancelled,
                 benefits_ended, credit_note_row, household_kept, ticket_checked_in>;

/// All or nothing.
struct commit {
  std::vector<wallet_row> wallets;
  std::vector<ledger_row> entries;
  std::vector<order_row> orders;
  std::vector<line_row> lines;
  std::vector<payment_row> payments;
  std::vector<ticket_row> tickets;
  std::vector<stock_delta> stock;
  std::vector<idempotency_row> idempotency;
  std::vector<mail_row> mails;
  std::vector<deadline_row> deadlines;
  std::vector<cold_row> cold; // written in this order
};

} // namespace foyer
