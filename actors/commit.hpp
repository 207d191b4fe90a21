#pragma once

#include "actors/client_rows.hpp"
#include "actors/mail_rows.hpp"
#include "actors/merge_rows.hpp"
#include "actors/paper_rows.hpp"
#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/money.hpp"
#include "actors/vocabulary/secret.hpp"
#include "actors/vocabulary/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// The rows that an entity's decision changes, typed, without SQL. One `commit` is all or nothing. The first
// group travels on the hot path as arrays of one statement; `cold_row`s have a statement of their own in the
// same transaction. storage/ knows how each is written.

namespace foyer {

// Hot rows
// ------------------------------------------------------------------------------------------------------

struct wallet_row {
  organisation_id organisation;
  household_id household;
  std::int64_t expected_version = 0; // 0: the wallet is new
  std::int64_t version = 1;
  amount balance = 0;
  amount held = 0;
  std::optional<amount> floor;
  amount lowest = 0; // how far down the database itself lets it go
  std::int64_t entries_count = 0;
  sha256_hash head{};
};

struct ledger_row {
  organisation_id organisation;
  household_id household;
  std::int64_t seq = 0; // from 1
  entry_id id;
  int kind = 0; // wallet::entry_kind
  amount change = 0;
  amount balance_after = 0;
  amount held_after = 0;
  std::string counter_account;
  std::optional<order_id> order;
  std::string order_number; // empty: none
  std::string reason;       // empty: none
  int by_kind = 1;          // 1 buyer, 2 staff, 3 the system
  std::optional<account_id> by;
  time_point at;
  sha256_hash hash{};
};

struct order_row {
  organisation_id organisation;
  order_id id;
  std::string number;
  int kind = 1;   // order::kind
  int status = 1; // order::status
  shop_id shop;
  std::optional<household_id> household;
  std::optional<account_id> account;
  std::string buyer_email;
  std::string buyer_first_name;
  std::string buyer_last_name;
  std::string buyer_answers = "{}"; // JSON object
  std::string locale;
  amount total = 0;
  time_point created_at;
  std::optional<time_point> paid_at;
  std::optional<time_point> expires_at;
  std::string cancel_reason; // empty: none
  std::int64_t version = 1;
  std::optional<int> invoice_year{}; // of the invoice that it becomes in this commit (O7); none: it does not
};

struct line_row {
  organisation_id organisation;
  order_id order;
  int position = 0;
  line_id id;
  offer_id offer;
  std::optional<rate_id> rate;
  std::string title;
  std::int32_t quantity = 1;
  amount unit_price = 0;
  int vat_basis_points = 0;
  std::vector<member_id> members;
  bool cancelled = false;
};

struct payment_row {
  organisation_id organisation;
  order_id order;
  int position = 0;
  payment_id id;
  int method = 1; // order::method
  amount sum = 0;
  int status = 1;        // order::payment_status
  std::string reference; // empty: none
  time_point at;
  std::optional<account_id> taken_by{}; // staff who received it (O5)
};

struct ticket_row {
  organisation_id organisation;
  order_id order;
  int position = 0;
  ticket_id id;
  int line_position = 0;
  offer_id offer;
  std::optional<household_id> household;
  std::string holder; // empty: none
  int status = 1;     // order::ticket_status
};

/// Added to the stock row; the database refuses what would exceed the capacity or fall below zero. Deltas of
/// one batch are summed, so that a hot offer costs one update.
struct stock_delta {
  organisation_id organisation;
  offer_id offer;
  std::int64_t sold = 0;
  std::int64_t held = 0;
};

/// The answer that a repeat of the same idempotency key gets (W5).
struct idempotency_row {
  uuid id; // first half of SHA-256 of organisation, principal, route and key
  sha256_hash request_hash{};
  int status = 201;
  std::string answer;
  time_point at;
  std::optional<order_id> order{}; // set: the answer is made of this order's rows, and `answer` is empty
};

enum class mail_priority { security = 0, order = 1, bulk = 2 };

struct mail_row {
  mail_id id;
  std::optional<organisation_id> organisation;
  std::string template_name;
  std::string locale;
  std::string to_address;
  std::string to_name;
  std::string params; // JSON object; no secret, a link is named by its token's id
  mail_priority priority = mail_priority::order;
  time_point at;
  std::optional<household_id> household{}; // among whose mails staff see it (M4)
};

enum class deadline_kind {
  account_removal = 1, // A4
  confirmation_reminder = 2,
  order_expiry = 3, // O4
  open_courses = 4, // H12: a new household joins them
};

struct deadline_row {
  deadline_id id;
  deadline_kind kind = deadline_kind::order_expiry;
  uuid entity;
  std::optional<organisation_id> organisation;
  time_point due_at;
};

// Cold rows
// -----------------------------------------------------------------------------------------------------

/// Inserts (expected_version 0) or updates under the version guard.
struct account_row {
  account_id id;
  std::int64_t expected_version = 0;
  std::int64_t version = 1;
  std::string email;
  std::string email_key;
  std::string username;
  std::string username_key;
  std::string password_hash;
  std::string first_name;
  std::string last_name;
  std::optional<date> birth_date;
  std::string locale;
  std::string website;
  bool newsletter = false;
  bool active = false;
  std::optional<organisation_id> registered_at;
  std::optional<sha256_hash> registration_hash;
  time_point created_at;
  std::optional<time_point> confirmed_at;
  time_point password_changed_at;
};

struct account_removed {
  account_id id;
  std::int64_t expected_version = 0;
};

enum class token_purpose {
  confirmation,
  password_reset,
  email_change,
  email_undo,
  space_code,
  staff_welcome,
  invitation
};

struct token_row {
  token_id id;
  token_purpose purpose = token_purpose::confirmation;
  sha256_hash hash{};
  std::optional<account_id> account;
  std::optional<organisation_id> organisation;
  std::optional<household_id> household;
  std::string subject; // what it is for: the new address of an e-mail change
  time_point created_at;
  time_point expires_at;
};

/// Every valid token of this purpose and account (or, for space_code, household) becomes `replaced`.
struct tokens_replaced {
  token_purpose purpose = token_purpose::confirmation;
  std::optional<account_id> account;
  std::optional<household_id> household;
};

/// valid becomes used, by one conditional update; the commit is stale when it is no longer valid.
struct token_used {
  token_id id;
};

/// One more failed try of the code; at the limit the token becomes replaced.
struct token_code_failed {
  token_id id;
  int limit = 5;
};

struct session_row {
  session_id id;
  sha256_hash token_hash{};
  bool login = true; // false: a my-space session (S6)
  std::optional<account_id> account;
  std::optional<organisation_id> organisation;
  std::optional<household_id> household;
  std::optional<order_id> only_order;
  std::optional<std::int64_t> key_version; // of the unique key that opened it; it ends with that key
  bool remembered = false;
  std::string device;
  std::string address;
  time_point created_at;
  time_point last_used_at;
  time_point password_at;
  time_point expires_at;
};

struct session_touched {
  session_id id;
  time_point last_used_at;
  std::optional<time_point> password_at;
};

struct session_ended {
  session_id id;
};

/// All sessions of the account but one.
struct sessions_ended {
  account_id account;
  std::optional<session_id> except;
};

struct member_row {
  member_id id;
  std::string first_name;
  std::string last_name;
  std::optional<date> birth_date;
  std::string email;
  std::string phone;
  std::string relation;
  std::string answers = "{}";
};

/// The whole household with its members in order; members that are no longer listed are deleted.
struct household_row {
  organisation_id organisation;
  household_id id;
  std::int64_t expected_version = 0;
  std::int64_t version = 1;
  std::string number;
  int status = 1; // household::status: 1 added, 2 invited, 3 accepted
  bool archived = false;
  member_id responsible;
  std::string email;
  std::string email_key;
  std::string phone;
  std::string address;
  std::string locale;
  std::vector<std::string> tags;
  bool newsletter = false;
  std::optional<account_id> account;
  std::optional<time_point> linked_at;
  std::optional<time_point> box_office_since;
  bool everything_shown = false;
  std::string username;
  std::string website;
  std::int64_t key_version = 1;
  std::vector<member_row> members;
  time_point created_at;
};

/// What a unique key is found by (S6). Written when a key is told to somebody; the key itself is never
/// stored.
struct space_key_row {
  organisation_id organisation;
  household_id household;
  std::int64_t key_version = 1;
  sha256_hash hash{};
};

struct organisation_row {
  organisation_id id;
  std::int64_t expected_version = 0;
  std::int64_t version = 1;
  std::string slug;
  std::string name;
  std::string currency;
  std::string locale;
  std::string settings = "{}"; // JSON, actors/organisation/settings
  time_point created_at;
};

struct shop_row {
  organisation_id organisation;
  shop_id id;
  std::int64_t expected_version = 0;
  std::int64_t version = 1;
  std::string slug;
  std::string name;
  bool box_office = false;
  bool customer_space_open = false;
  std::vector<std::string> payment_methods;
  time_point created_at;
};

/// role empty: the role is taken away.
struct role_row {
  organisation_id organisation;
  account_id account;
  std::string role;
  time_point at;
};

/// Inserts offer and stock row, or updates both: a capacity below what is sold or held is refused.
struct offer_row {
  organisation_id organisation;
  offer_id id;
  std::int64_t expected_version = 0;
  std::int64_t version = 1;
  std::string kind;
  std::optional<uuid> event;
  std::string details; // JSON
  std::vector<std::string> shops;
  std::optional<std::int64_t> capacity;
  bool archived = false;
  time_point created_at;
};

/// Changes an order that exists, under its version guard. Lines, payments and tickets follow by their own
/// rows.
struct order_changed {
  order_id id;
  std::int64_t expected_version = 0;
  std::int64_t version = 1;
  int status = 1;
  std::optional<time_point> paid_at;
  std::optional<time_point> expires_at;
  std::string cancel_reason;
  std::optional<household_id> household;
  std::optional<int> invoice_year{}; // set: it becomes an invoice of this year (O7)
};

struct payment_changed {
  order_id order;
  int position = 0;
  int status = 1;
  std::string reference;
  time_point at;
  std::optional<account_id> taken_by{};
};

/// All tickets of the order, or those of one line.
struct tickets_changed {
  order_id order;
  std::optional<int> line_position;
  int status = 1;
};

struct benefit_row {
  organisation_id organisation;
  order_id order;
  uuid id;
  int line_position = 0;
  std::optional<household_id> household;
  bool voucher = false; // false: a pass
  std::string code;
  std::optional<int> uses_left;
  std::optional<amount> value_left;
  std::optional<time_point> expires_at;
};

struct deadline_done {
  deadline_kind kind = deadline_kind::order_expiry;
  uuid entity;
};

/// P2: who changed what, with before and after as JSON.
struct staff_change_row {
  organisation_id organisation;
  uuid id;
  std::optional<account_id> account; // none: the operator at the command line
  std::string action;
  std::string subject_kind;
  std::optional<uuid> subject;
  std::string before;
  std::string after;
  time_point at;
};

/// The last edit of an invitation's words (I2).
struct invitation_wording_row {
  organisation_id organisation;
  std::string locale;
  std::string subject;
  std::string text;
  time_point at;
};

/// No campaign of its organisation writes to this household any more; what waits is not sent.
struct unsubscribed_row {
  household_id household;
  time_point at;
};

/// An import of clients as it stands (H10), inserted, or changed under its version guard. Once it is over,
/// its file is gone.
struct import_row {
  organisation_id organisation;
  import_id id;
  std::int64_t expected_version = 0;
  std::int64_t version = 1;
  std::string phase;           // import::phase
  std::string details;         // JSON, import::details
  std::int64_t units_done = 0; // households that were worked off
  sha256_hash content{};       // of the file
  std::optional<account_id> by;
  time_point created_at;
  std::optional<time_point> finished_at;
};

/// A piece of an import's file; many small ones hold nobody up for long.
struct import_part_row {
  organisation_id organisation;
  import_id import;
  std::int64_t position = 0;
  std::string bytes;
};

/// Lines of an import that are not created, and why.
struct import_lines_row {
  struct line {
    std::int64_t number = 0; // as the spreadsheet counts
    std::string problems;    // JSON, import::problem
    std::string cells;       // as they stand in the file
  };
  organisation_id organisation;
  import_id import;
  std::vector<line> lines;
};

/// New households at once. Stale when the organisation has a client with one of `new_emails` (keys) already.
struct households_row {
  organisation_id organisation;
  std::vector<household_row> households; // expected_version 0, not linked
  std::vector<std::string> new_emails;
};

/// Files of imports that nobody went on with until then, and refused lines of imports older than that.
struct imports_forgotten_row {
  time_point files_before;
  time_point lines_before;
};

using cold_row = std::variant<
    account_row, account_removed, token_row, tokens_replaced, token_used, token_code_failed, session_row,
    session_touched, session_ended, sessions_ended, household_row, space_key_row, organisation_row, shop_row,
    role_row, offer_row, order_changed, payment_changed, tickets_changed, benefit_row, deadline_done,
    staff_change_row, campaign_row, invitation_wording_row, unsubscribed_row, households_retagged, skill_row,
    skill_removed, card_row, document_row, document_part_row, document_removed, hand_enrolment_row,
    attendance_row, import_row, import_part_row, import_lines_row, households_row, imports_forgotten_row,
                              mail_retried, mail_aborted, suppression_lifted, mail_bounced, logo_row, households_merged_row, merge_undone_row, line_cancelled, tickets_cancelled, benefits_ended, credit_note_row>;

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
