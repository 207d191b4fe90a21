#pragma once

#include "actors/organisation/organisation.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Which column of a table of clients means what (H10). Pure.

namespace foyer::imports {

enum class field {
  number,
  household, // lines with the same text here are one household
  first_name,
  last_name,
  birth_date,
  email,
  phone,
  mobile,
  relation,
  address,
  address_2,
  postal_code,
  city,
  country,
  locale,
  tags,
  newsletter,
  username,
  website,
  balance,
  currency,
  answer // to a field of the purchase form
};
std::string_view to_string(field of) noexcept;

struct column {
  std::string header;
  std::optional<field> as; // none: nothing is taken from it
  std::string answer_key;  // of field::answer
};

/// By the headers as people write them in French and English, whatever case and accents; a header that is the
/// key or label of a form field is its answer. Of two columns that mean the same the first counts.
std::vector<column> match_columns(const std::vector<std::string>& headers, const organisation::settings& of);

/// As a request says, by position: names of to_string(field), `answers.<key>`, or empty for nothing. Refused
/// (invalid, field "?columns"): unknown or repeated names, more names than columns.
outcome<std::vector<column>> named_columns(const std::vector<std::string>& headers,
                                           const std::vector<std::string>& names,
                                           const organisation::settings& of);

/// `last_name` or `first_name` when the table has no such column: nobody can be made without.
std::optional<field> missing_column(const std::vector<column>& of) noexcept;

} // namespace foyer::imports
