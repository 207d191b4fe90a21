#pragma once

#include "actors/commit.hpp"
#include "actors/organisation/organisation.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <optional>
#include <string>
#include <vector>

// An order with its lines, payments, tickets and benefits (O4). Orders are not actors: they are written once
// by the checkout and then changed rarely, each change under the row's version guard.

namespace foyer::order {

using organisation::payment_method;

// The numbers are stored.
enum class kind { sale = 1, repayment = 2 };
enum class status { awaiting_payment = 1, paid = 2, cancelled = 3, refunded = 4 };
enum class payment_status { held = 1, pending = 2, succeeded = 3, failed = 4, refunded = 5 };
enum class ticket_status { valid = 1, used = 2, cancelled = 3 };

std::string_view to_string(kind of) noexcept;
std::string_view to_string(status of) noexcept;
std::string_view to_string(payment_status of) noexcept;
std::string_view to_string(ticket_status of) noexcept;

struct line {
  line_id id;
  int position = 0;
  offer_id offer;
  std::optional<rate_id> rate;
  std::string title;
  std::int32_t quantity = 1;
  amount unit_price = 0;
  int vat_basis_points = 0;
  std::vector<member_id> members;
  bool cancelled = false;
};

struct payment {
  payment_id id;
  int position = 0;
  payment_method method = payment_method::wallet;
  amount sum = 0;
  payment_status status = payment_status::pending;
  std::string reference;
  time_point at;
  std::optional<account_id> taken_by{}; // staff who received it (O5)
};

struct ticket {
  ticket_id id;
  int position = 0;
  int line_position = 0;
  offer_id offer;
  std::string holder;
  ticket_status status = ticket_status::valid;
  std::optional<time_point> starts_at; // of its offer; filled where it is read for display
  std::optional<time_point> used_at;
};

struct benefit {
  uuid id;
  int line_position = 0;
  bool voucher = false;
  std::string code;
  std::optional<int> uses_left;
  std::optional<amount> value_left;
  std::optional<time_point> expires_at;
};

/// What was taken back of a sale (O7), and how the money returned (O8).
struct credit_note {
  uuid id;
  int year = 0;
  std::int64_t number = 0;
  amount sum = 0;
  std::vector<int> line_positions{};
  std::string reason{};
  std::string reference{};
  std::optional<account_id> by{};
  time_point at{};
  std::vector<refund_part> parts{};
};

struct state {
  organisation_id organisation;
  order_id id;
  std::string number;
  order::kind kind = order::kind::sale;
  order::status status = order::status::awaiting_payment;
  shop_id shop;
  std::optional<household_id> household;
  std::optional<account_id> account;
  bool by_guest = false; // its buyer only typed the address that its household is found by (H3)
  std::string buyer_email;
  std::string buyer_first_name;
  std::string buyer_last_name;
  std::string buyer_answers = "{}";
  std::string locale;
  amount total = 0;
  time_point created_at;
  std::optional<time_point> paid_at;
  std::optional<time_point> expires_at;
  std::string cancel_reason;
  std::int64_t version = 1;
  std::optional<int> invoice_year; // O7: once it was paid and cost something
  std::int64_t invoice_number = 0; // given by the database; 0: not read back yet
  std::vector<line> lines;
  std::vector<payment> payments;
  std::vector<ticket> tickets;
  std::vector<benefit> benefits;
  std::vector<credit_note> credit_notes{};
  std::vector<card_row> cards; // of memberships; filled while they are issued, not read back

  /// What no payment, done or promised, covers yet.
  [[nodiscard]] amount outstanding() const noexcept;
};

/// How many places its lines take.
[[nodiscard]] std::int64_t places_in(const state& of) noexcept;

/// O7: what was just paid becomes an invoice of this year, unless it cost nothing or repays a debt.
void make_invoice(state& of, int year);

/// The rows of a new order, with its lines, payments, tickets and benefits.
void write_new(const state& of, commit& rows);
/// The rows of its tickets and benefits alone, when it is paid later.
void write_tickets(const state& of, commit& rows);
payment_row to_row(const state& order, const payment& of);

/// Whether the rows of an order, as it is now, tell for good how it is: it was paid when it was placed,
/// nothing has changed since, and it has no pass or voucher, whose uses count down.
[[nodiscard]] bool tells_its_beginning(const state& of) noexcept;
/// Such an order as it was placed, whatever became of it since (W5: a repeat gets the first answer).
[[nodiscard]] state as_placed(state of);

} // namespace foyer::order
