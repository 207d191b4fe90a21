#pragma once

#include "actors/order/order.hpp"
#include "actors/vocabulary/outcome.hpp"
#include "papers/words.hpp"

#include <string>
#include <vector>

namespace foyer::papers {

enum class paper_kind { invoice, credit_note, receipt };

/// The tax that a sum holds at one rate.
struct vat_part {
  int basis_points = 0;
  amount gross = 0;
  amount tax = 0;

  [[nodiscard]] amount net() const noexcept { return gross - tax; }
};

/// By rate, ascending; rounded once for each rate, so that the parts sum up to what is printed. Pure.
std::vector<vat_part> vat_of(const std::vector<order::line>& lines);

/// What an invoice, a credit note or a receipt says. A payment from the wallet is a payment, never a discount
/// (W10).
struct account_paper {
  paper_kind kind = paper_kind::invoice;
  std::string number;       // of an invoice or credit note
  std::string other_number; // of a credit note: the invoice that it takes back
  std::string order_number;
  time_point at;
  std::string client_name;
  std::string client_address; // may have several lines
  std::string reason;         // of a credit note
  std::vector<order::line> lines;
  struct paid {
    organisation::payment_method method = organisation::payment_method::cash;
    amount sum = 0;
    time_point at;
    std::string reference;
  };
  std::vector<paid> payments; // of a credit note: how the money went back
  amount outstanding = 0;
};

/// As order::paper_number tells it.
std::string paper_number(paper_kind kind, int year, std::int64_t number);

/// The invoice of an order that has one; the receipt of any order; a credit note of its order.
account_paper invoice_of(const order::state& of, std::string client_address);
account_paper receipt_of(const order::state& of, std::string client_address);
account_paper credit_note_of(const order::state& of, const order::credit_note& note,
                             std::string client_address);

/// A4 pages. Refused: internal.
outcome<std::string> render(const account_paper& what, const issuer& from, const std::string& locale);

} // namespace foyer::papers
