#pragma once

#include "actors/organisation/organisation.hpp"
#include "http/json/reader.hpp"

#include <string>
#include <vector>

namespace foyer::http {

/// Answers to the purchase form (S4, H5).
struct form_answers {
  std::string json = "{}"; // as stored
  /// Mandatory fields without an answer: 422 answers_missing (H5).
  std::vector<field_error> missing;
};

/// Reads `answers`, {"key": "text"}; unknown keys and choices that are not offered are noted in the form.
form_answers read_answers(const json::object& form, const organisation::settings& of);

/// answers_missing, with the fields.
refusal answers_missing(std::vector<field_error> fields);

} // namespace foyer::http
