#include "http/member_form.hpp"

#include "actors/vocabulary/email.hpp"
#include "http/answers_form.hpp"

namespace foyer::http {
namespace {

constexpr std::size_t phone_max = 40;
constexpr std::size_t relation_max = 50;
constexpr std::size_t address_max = 500;
constexpr std::size_t email_max = 254;

bool is_phone(std::string_view text) {
  return text.find_first_not_of("0123456789+-(). /x") == std::string_view::npos;
}

} // namespace

std::optional<std::string> changed_text(const json::object& form, std::string_view name, std::size_t max) {
  if (!form.has(name)) return std::nullopt;
  return form.optional_text(name, {.min = 0, .max = max, .lines = max >= address_max}).value_or("");
}

std::optional<changed_address> changed_email(const json::object& form, std::string_view name) {
  auto typed = changed_text(form, name, email_max);
  if (!typed) return std::nullopt;
  if (typed->empty()) return changed_address{};
  const auto parsed = parse_email(*typed);
  if (!parsed) {
    form.note(name, "invalid");
    return std::nullopt;
  }
  return changed_address{parsed->shown, parsed->key};
}

namespace {

std::optional<std::string> changed_phone(const json::object& form) {
  auto typed = changed_text(form, "phone", phone_max);
  if (typed && !is_phone(*typed)) form.note("phone", "invalid");
  return typed;
}

} // namespace

std::optional<date> read_birth_date(const json::object& form, std::string_view name, time_point now) {
  const auto typed = form.optional_date(name);
  if (!typed) return std::nullopt;
  const std::chrono::sys_days day{*typed};
  if (day > std::chrono::floor<std::chrono::days>(now) || typed->year() < std::chrono::year{1900}) {
    form.note(name, "out_of_range");
    return std::nullopt;
  }
  return typed;
}

member_asked asked_as(const organisation::settings& of, time_point now, const household::state& whose,
                      const household::member* who) {
  member_asked out{of, now};
  if (who == nullptr) return out;
  if (who->id == whose.responsible) out.who = organisation::audience::responsible;
  out.former = who->answers;
  return out;
}

household::member read_member(const json::object& form, const member_asked& how,
                              std::vector<field_error>& missing) {
  household::member out;
  out.first_name = form.text("first_name", json::a_name);
  out.last_name = form.text("last_name", json::a_name);
  out.birth_date = read_birth_date(form, "birth_date", how.now);
  if (auto email = changed_email(form, "email")) out.email = std::move(email->shown);
  out.phone = changed_phone(form).value_or("");
  out.relation = changed_text(form, "relation", relation_max).value_or("");
  auto answers = read_answers(form, how.of, how.who, how.former);
  out.answers = std::move(answers.json);
  missing = std::move(answers.missing);
  return out;
}

household::change_member read_member_change(const json::object& form, const member_asked& how,
                                            std::vector<field_error>& missing) {
  household::change_member out;
  if (form.has("first_name")) out.first_name = form.text("first_name", json::a_name);
  if (form.has("last_name")) out.last_name = form.text("last_name", json::a_name);
  if (form.has("birth_date")) out.birth_date = read_birth_date(form, "birth_date", how.now);
  if (auto email = changed_email(form, "email")) out.email = std::move(email->shown);
  out.phone = changed_phone(form);
  out.relation = changed_text(form, "relation", relation_max);
  auto answers = read_answers(form, how.of, how.who, how.former);
  if (form.has("answers")) out.answers = std::move(answers.json);
  missing = std::move(answers.missing);
  form.refuse("id");
  return out;
}

void read_contact(const json::object& form, household::change& into) {
  if (auto email = changed_email(form, "email")) {
    into.email = std::move(email->shown);
    into.email_key = std::move(email->key);
  }
  into.phone = changed_phone(form);
  into.address = changed_text(form, "address", address_max);
  if (form.has("locale")) into.locale = form.choice("locale", {"fr", "en"}) == 0 ? "fr" : "en";
  if (form.has("newsletter")) into.newsletter = form.boolean("newsletter");
}

} // namespace foyer::http
