#pragma once

#include "storage/journal_cold.hpp"

// One overload per kind of cold row, in journal_cold_<area>.cpp; and the statements of each area.

namespace foyer::storage {

const pg::statement& encode(pg::params& out, const account_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const account_removed& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const token_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const tokens_replaced& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const token_used& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const token_code_failed& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const session_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const session_touched& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const session_ended& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const sessions_ended& row, const cold_context& context);
std::span<const pg::statement* const> account_statements();

const pg::statement& encode(pg::params& out, const household_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const households_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const household_kept& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const space_key_row& row, const cold_context& context);
std::span<const pg::statement* const> household_statements();

const pg::statement& encode(pg::params& out, const households_merged_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const merge_undone_row& row, const cold_context& context);
std::span<const pg::statement* const> merge_statements();

const pg::statement& encode(pg::params& out, const organisation_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const shop_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const role_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const offer_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const staff_change_row& row, const cold_context& context);
std::span<const pg::statement* const> organisation_statements();

const pg::statement& encode(pg::params& out, const order_changed& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const payment_changed& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const tickets_changed& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const ticket_checked_in& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const benefit_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const deadline_done& row, const cold_context& context);
std::span<const pg::statement* const> order_statements();

const pg::statement& encode(pg::params& out, const line_cancelled& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const tickets_cancelled& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const benefits_ended& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const credit_note_row& row, const cold_context& context);
std::span<const pg::statement* const> paper_statements();

const pg::statement& encode(pg::params& out, const campaign_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const invitation_wording_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const unsubscribed_row& row, const cold_context& context);
std::span<const pg::statement* const> campaign_statements();

const pg::statement& encode(pg::params& out, const mail_retried& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const mail_aborted& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const suppression_lifted& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const mail_bounced& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const logo_row& row, const cold_context& context);
std::span<const pg::statement* const> mail_statements();

const pg::statement& encode(pg::params& out, const households_retagged& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const skill_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const skill_removed& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const card_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const document_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const document_part_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const document_removed& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const hand_enrolment_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const attendance_row& row, const cold_context& context);
std::span<const pg::statement* const> client_statements();

const pg::statement& encode(pg::params& out, const import_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const import_part_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const import_lines_row& row, const cold_context& context);
const pg::statement& encode(pg::params& out, const imports_forgotten_row& row, const cold_context& context);
std::span<const pg::statement* const> import_statements();

} // namespace foyer::storage
