#include "http/answers_form.hpp"

#include "http/json/writer.hpp"

#include <algorithm>

namespace foyer::http {
namespace {

constexpr std::size_t answer_max = 2'000;

bool fits(const organisation::form_field& field, const std::string& answer) {
  if (answer.empty()) return true;
  if (field.type == "choice")
    return std::find(field.choices.begin(), field.choices.end(), answer) != field.choices.end();
  if (field.type == "boolean") return answer == "true" || answer == "false";
  if (field.type == "date") return json::parse_date(answer).has_value();
  return true;
}

} // namespace

form_answers read_answers(const json::object& form, const organisation::settings& of) {
  const auto given =
      form.text_map("answers", {.max = 100}, {.min = 0, .max = answer_max, .lines = true, .tidy = true});
  form_answers out;
  out.json.clear();
  json::writer to(out.json);
  to.begin_object();
  for (const auto& [key, answer] : given) {
    const auto field = std::find_if(of.form.begin(), of.form.end(),
                                    [&key = key](const auto& each) { return each.key == key; });
    if (field == of.form.end())
      form.note("answers", "unknown_field");
    else if (!fits(*field, answer))
      form.note("answers", "invalid");
    if (!answer.empty()) to.field(key, answer);
  }
  to.end_object();
  for (const auto& field : of.form) {
    const auto found = given.find(field.key);
    if (field.mandatory && (found == given.end() || found->second.empty()))
      out.missing.push_back({"/answers/" + field.key, "required"});
  }
  return out;
}

refusal answers_missing(std::vector<field_error> fields) {
  refusal why{errc::answers_missing};
  why.fields = std::move(fields);
  return why;
}

} // namespace foyer::http
