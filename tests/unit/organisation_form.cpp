#include "actors/organisation/form.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace foyer::organisation;

namespace {

form_field field_of(std::string type, std::vector<std::string> choices = {}) {
  form_field out;
  out.key = "q";
  out.type = std::move(type);
  out.choices = std::move(choices);
  return out;
}

bool takes(const form_field& field, std::vector<std::string> answer) {
  return fits(field, answer);
}

settings asking(form_field field) {
  settings out;
  field.mandatory = true;
  out.form.push_back(std::move(field));
  return out;
}

} // namespace

TEST_CASE("H5 an answer fits its field by type") {
  struct sample {
    std::string type;
    std::string answer;
    bool good;
  };
  for (const auto& each : std::vector<sample>{{"text", "école", true},
                                              {"text", "two\nlines", false},
                                              {"long_text", "two\nlines", true},
                                              {"number", "-12.5", true},
                                              {"number", "1e3", true},
                                              {"number", "12 kg", false},
                                              {"number", "inf", false},
                                              {"date", "2024-02-29", true},
                                              {"date", "2023-02-29", false},
                                              {"date", "29.02.2024", false},
                                              {"date", "2024-2-9", false},
                                              {"boolean", "true", true},
                                              {"boolean", "yes", false},
                                              {"email", "a@example.org", true},
                                              {"email", "a@", false},
                                              {"phone", "+33 (0)1 23", true},
                                              {"phone", "12", false},
                                              {"phone", "call me", false}}) {
    INFO(each.type << ": " << each.answer);
    CHECK(takes(field_of(each.type), {each.answer}) == each.good);
    CHECK(takes(field_of(each.type), {}));
    CHECK(takes(field_of(each.type), {""}));
  }
  const auto one = field_of("choice", {"S", "M"});
  CHECK(takes(one, {"S"}));
  CHECK_FALSE(takes(one, {"XL"}));
  CHECK_FALSE(takes(one, {"S", "M"}));
  const auto several = field_of("choices", {"S", "M"});
  CHECK(takes(several, {"S", "M"}));
  CHECK_FALSE(takes(several, {"S", "XL"}));
}

TEST_CASE("H5 a field is asked of buyers, of members, of both, or of nobody any more") {
  auto field = field_of("text");
  for (const auto who : {audience::buyer, audience::member, audience::responsible})
    CHECK(asked_of(field, who));
  field.of_buyer = false;
  CHECK_FALSE(asked_of(field, audience::buyer));
  CHECK(asked_of(field, audience::responsible));
  field = field_of("text");
  field.of_member = false;
  CHECK_FALSE(asked_of(field, audience::member));
  CHECK(asked_of(field, audience::responsible));
  field.archived = true;
  CHECK_FALSE(asked_of(field, audience::responsible));
}

TEST_CASE("H5 a mandatory answer that does not fit any more is missing") {
  const auto missing = [](const settings& of, std::string_view answers) {
    return !missing_answers(of, audience::member, answers, "/").empty();
  };
  const auto sizes = asking(field_of("choice", {"S", "M"}));
  CHECK_FALSE(missing(sizes, R"({"q":"M"})"));
  for (const auto* bad :
       {R"({"q":"XL"})", R"({"q":""})", R"({"q":["S","M"]})", R"({"q":null})", R"({"q":5})", "oops"})
    CHECK(missing(sizes, bad));
  const auto several = asking(field_of("choices", {"S", "M"}));
  CHECK_FALSE(missing(several, R"({"q":["S","M"]})"));
  for (const auto* bad : {R"({"q":[]})", R"({"q":["XL"]})", R"({"q":[5]})"}) CHECK(missing(several, bad));
}

TEST_CASE("S4 only answers that fit today's form prefill the next order") {
  auto of = asking(field_of("choice", {"S", "M"}));
  CHECK(current_answers(of, audience::buyer, R"({"q":"M","gone":"x"})") == R"({"q":"M"})");
  CHECK(current_answers(of, audience::buyer, R"({"q":"XL"})") == "{}");
  CHECK(former_answers(of, audience::buyer, R"({"q":"M","gone":"x"})") == R"({"gone":"x"})");
  of.form[0].archived = true;
  CHECK(current_answers(of, audience::buyer, R"({"q":"M"})") == "{}");
  CHECK(merged_answers(R"({"a":"1","b":"2"})", R"({"b":"3"})") == R"({"a":"1","b":"3"})");
}
