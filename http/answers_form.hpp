#pragma once

#include "actors/organisation/form.hpp"
#include "http/json/reader.hpp"

#include <string>
#include <vector>

namespace foyer::http {

/// Answers to the form (S4, H5).
struct form_answers {
  std::string json = "{}"; // as stored
  /// Mandatory fields without an answer: 422 answers_missing (H5).
  std::vector<field_error> missing;
};

/// Reads `answers`, {"key": "text"}, of several choices {"key": ["text"]}; numbers and ticks may be sent as
/// such. Not sent: `former`, what was answered before. What fits no field that this audience is asked is
/// noted in the form; but answers to questions that are not asked any more stay, and may be sent back as they
/// are.
form_answers read_answers(const json::object& form, const organisation::settings& of,
                          organisation::audience who, std::string_view former = "{}");

/// answers_missing, with the fields.
refusal answers_missing(std::vector<field_error> fields);

} // namespace foyer::http
