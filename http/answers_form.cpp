#include "http/answers_form.hpp"

#include "http/json/writer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace foyer::http {
namespace {

constexpr std::size_t answers_max = 200;
constexpr std::size_t answer_max = 2'000;

// A number or a tick, as the text that is stored.
std::optional<std::string> plain_in(const json::object& answers, std::string_view key) {
  auto sent = answers.raw(key);
  if (sent == "true" || sent == "false") return sent;
  if (!sent.empty() && (sent[0] == '-' || (sent[0] >= '0' && sent[0] <= '9'))) return sent;
  return std::nullopt;
}

std::vector<std::string> read_answer(const json::object& answers, const organisation::form_field& field) {
  constexpr json::length limits{.min = 0, .max = answer_max, .lines = true, .tidy = true};
  const auto raw = answers.raw(field.key);
  if (field.type == "choices" && !raw.empty() && raw[0] == '[') {
    auto chosen = answers.texts(field.key, {.max = answers_max}, limits);
    std::vector<std::string> once;
    for (auto& each : chosen)
      if (std::find(once.begin(), once.end(), each) == once.end()) once.push_back(std::move(each));
    return once;
  }
  if (field.type == "number" || field.type == "boolean")
    if (auto plain = plain_in(answers, field.key)) return {std::move(*plain)};
  auto text = answers.optional_text(field.key, limits);
  if (!text || text->empty()) return {};
  return {std::move(*text)};
}

void write_answer(json::writer& to, const organisation::form_field& field,
                  const std::vector<std::string>& answer) {
  if (answer.empty()) return;
  if (field.type != "choices") {
    to.field(field.key, answer.front());
    return;
  }
  to.key(field.key).begin_array();
  for (const auto& each : answer) to.value(each);
  to.end_array();
}

// Sent back as it is stored: the same JSON value, however it is written.
bool is_as_before(const std::string& sent, const boost::json::object& former, std::string_view key) {
  const auto* known = former.if_contains(key);
  boost::system::error_code failed;
  const auto value = boost::json::parse(sent, failed);
  return known != nullptr && !failed && *known == value;
}

boost::json::object object_in(const std::string& text) {
  boost::system::error_code failed;
  auto parsed = boost::json::parse(text, failed);
  return failed || !parsed.is_object() ? boost::json::object{} : std::move(parsed.get_object());
}

} // namespace

form_answers read_answers(const json::object& form, const organisation::settings& of,
                          organisation::audience who, std::string_view former) {
  constexpr std::string_view prefix = "/answers/";
  form_answers out;
  if (!form.has("answers")) {
    out.json = former;
    out.missing = organisation::missing_answers(of, who, out.json, prefix);
    return out;
  }
  const auto answers = form.optional_child("answers");
  std::string given;
  json::writer to(given);
  to.begin_object();
  if (answers) {
    for (const auto& field : of.form) {
      if (!organisation::asked_of(field, who)) continue;
      const auto answer = read_answer(answers, field);
      if (!organisation::fits(field, answer)) answers.note(field.key, "invalid");
      write_answer(to, field, answer);
    }
  }
  to.end_object();
  const auto kept = organisation::former_answers(of, who, former);
  if (answers) {
    const auto known = object_in(kept);
    for (const auto name : answers.names())
      if (known.contains(name) && !is_as_before(answers.raw(name), known, name))
        answers.note(name, "read_only");
  }
  out.json = organisation::merged_answers(kept, given);
  out.missing = organisation::missing_answers(of, who, out.json, prefix);
  return out;
}

refusal answers_missing(std::vector<field_error> fields) {
  refusal why{errc::answers_missing};
  why.fields = std::move(fields);
  return why;
}

} // namespace foyer::http
