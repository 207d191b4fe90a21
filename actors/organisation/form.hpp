#pragma once

#include "actors/organisation/organisation.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

// The form that clients fill in (S4, H5): who is asked what, and what fits as an answer. Answers lie as a
// JSON object of texts by key; of several choices, an array of texts. Pure.

namespace foyer::organisation {

inline constexpr std::array<std::string_view, 9> field_types{
    "text", "long_text", "number", "date", "choice", "choices", "boolean", "email", "phone"};

/// Whom a form is shown to. The household's responsible person is one who buys and one of its members.
enum class audience { buyer, member, responsible };

/// An archived field is asked of nobody.
[[nodiscard]] bool asked_of(const form_field& field, audience who) noexcept;

/// Whether the answer is one of the field's type. Several only where several choices may be; none, or "", is
/// no answer and fits.
[[nodiscard]] bool fits(const form_field& field, std::span<const std::string> answer);

/// The fields that this audience must answer, and that have no fitting answer in the JSON object: as JSON
/// pointers below `prefix`, such as "/answers/".
std::vector<field_error> missing_answers(const settings& of, audience who, std::string_view answers_json,
                                         std::string_view prefix);

/// `over` laid over `under`, both JSON objects.
std::string merged_answers(std::string_view under, std::string_view over);

/// What is answered for this audience, where it fits the form as it is now; nothing else.
std::string current_answers(const settings& of, audience who, std::string_view answers_json);

/// Answers to questions that this audience is not asked (any more), kept as they are.
std::string former_answers(const settings& of, audience who, std::string_view answers_json);

} // namespace foyer::organisation
