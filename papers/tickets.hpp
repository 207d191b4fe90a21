#pragma once

#include "actors/vocabulary/outcome.hpp"
#include "papers/words.hpp"

#include <optional>
#include <string>
#include <vector>

namespace foyer::papers {

struct printed_ticket {
  std::string code; // signed; what the scanner reads
  std::string title;
  std::optional<time_point> starts_at;
  std::string location;
  std::string holder;
  std::string rate;
  amount price = 0;
  bool used = false;
};

struct ticket_sheets {
  issuer from;
  std::string locale;
  std::string order_number;
  std::vector<printed_ticket> tickets;
};

/// S1, O5: four tickets a page, to be cut apart: one fits into a wallet, and a family of four takes one
/// sheet. Pure but for the fonts. Refused: internal.
outcome<std::string> render(const ticket_sheets& what);

} // namespace foyer::papers
