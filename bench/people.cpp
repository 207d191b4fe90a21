#include "bench/people.hpp"

#include "demo/chance.hpp"
#include "demo/csv.hpp"

#include <array>
#include <cstdio>
#include <string_view>
#include <vector>

namespace foyer::bench {

namespace {

using demo::chance;

std::vector<std::string> column(std::string_view file, std::string_view name) {
  const auto table = demo::read_table(file);
  std::vector<std::string> out;
  for (std::size_t line = 0; line < table.size(); ++line) out.push_back(table.at(line).text(name));
  return out;
}

// What most people are called.
const std::vector<std::string>& common_first_names() {
  static const auto all = column("first_names", "first_name");
  return all;
}
const std::vector<std::string>& common_last_names() {
  static const auto all = column("family_names", "last_name");
  return all;
}

// Of these come the many names that few people have: about 100,000.
constexpr std::array<std::string_view, 40> beginnings{
    "Bar", "Bel", "Ber", "Bou", "Bri", "Cas", "Cha", "Clé", "Cor", "Cou", "D'Ar", "Dau", "Del", "Des",
    "Du",  "Fal", "Fon", "Gar", "Gou", "Gué", "Hau", "Jou", "Ker", "La",  "Le ",  "Lé",  "Mal", "Mar",
    "Mon", "Mor", "Nou", "Pas", "Pel", "Qué", "Ra",  "Rou", "Sal", "Tho", "Val",  "Vil"};
constexpr std::array<std::string_view, 50> middles{
    "ba",  "bi",  "bou", "ca", "cha", "chi", "co", "da", "di", "do",  "fa", "fi", "ga",
    "gi",  "gno", "la",  "li", "lo",  "lu",  "ma", "mi", "mo", "na",  "ni", "no", "pa",
    "pi",  "po",  "qui", "ra", "ri",  "ro",  "sa", "si", "so", "ta",  "te", "ti", "to",
    "tra", "tri", "va",  "ve", "vi",  "vo",  "za", "ze", "zi", "zou", "bre"};
constexpr std::array<std::string_view, 50> endings{
    "nd",  "rd",   "lt",  "ult", "eau",  "el",   "elle", "ert", "et",   "ette", "eux",  "ez",   "ic",
    "ier", "ière", "ieu", "in",  "ine",  "ion",  "is",   "let", "lin",  "lon",  "mont", "n",    "nard",
    "net", "nier", "non", "on",  "ot",   "ou",   "quet", "r",   "rand", "reau", "ret",  "rien", "rin",
    "ron", "s",    "sse", "t",   "teau", "tier", "tin",  "ton", "urt",  "ux",   "y"};

constexpr std::array<std::string_view, 8> domains{"courriel.example", "poste.example",   "boite.example",
                                                  "famille.example",  "lettres.example", "orange.example",
                                                  "toile.example",    "campus.example"};

// The first of a list are the most frequent: the lesser of two draws.
const std::string& often(chance& with, const std::vector<std::string>& of) {
  return of[std::min(with.below(of.size()), with.below(of.size()))];
}

std::string rare_name(chance& with) {
  std::string out{beginnings[with.below(beginnings.size())]};
  out += middles[with.below(middles.size())];
  return out += endings[with.below(endings.size())];
}

// What a person makes of a name in an address: small letters without accents.
std::string address_part(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, char>, 16> plain{{{"é", 'e'},
                                                                            {"è", 'e'},
                                                                            {"ê", 'e'},
                                                                            {"ë", 'e'},
                                                                            {"É", 'e'},
                                                                            {"È", 'e'},
                                                                            {"à", 'a'},
                                                                            {"â", 'a'},
                                                                            {"î", 'i'},
                                                                            {"ï", 'i'},
                                                                            {"ô", 'o'},
                                                                            {"ö", 'o'},
                                                                            {"ù", 'u'},
                                                                            {"û", 'u'},
                                                                            {"ü", 'u'},
                                                                            {"ç", 'c'}}};
  std::string out;
  while (!name.empty()) {
    bool found = false;
    for (const auto& [accented, letter] : plain)
      if (name.starts_with(accented)) {
        out += letter;
        name.remove_prefix(accented.size());
        found = true;
        break;
      }
    if (found) continue;
    const char c = name.front();
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
    if (c >= 'a' && c <= 'z') out += c;
    name.remove_prefix(1);
  }
  return out;
}

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

std::string phone(chance& with) {
  const auto pair = [&] { return static_cast<unsigned>(with.below(100)); };
  const unsigned first =
      with.percent(70) ? 6 + static_cast<unsigned>(with.below(2)) : 1 + static_cast<unsigned>(with.below(5));
  const unsigned a = pair(), b = pair(), c = pair(), d = pair();
  const auto way = with.below(10);
  if (way < 6) return format("0%u %02u %02u %02u %02u", first, a, b, c, d);
  if (way < 8) return format("+33 %u %02u %02u %02u %02u", first, a, b, c, d);
  return format("0%u%02u%02u%02u%02u", first, a, b, c, d);
}

} // namespace

person person_of(std::uint64_t seed, std::size_t number) {
  chance with{seed * 0x9E3779B97F4A7C15U + number, "bench people"};
  person out;
  out.first_name = often(with, common_first_names());
  if (with.percent(6)) out.first_name += "-" + often(with, common_first_names());
  out.last_name = with.percent(45) ? often(with, common_last_names()) : rare_name(with);
  if (with.percent(5)) out.last_name += "-" + rare_name(with);
  const auto first = address_part(out.first_name), last = address_part(out.last_name);
  const auto way = with.below(10);
  out.email = way < 6 ? first + "." + last : way < 8 ? first.substr(0, 1) + last : last + first.substr(0, 1);
  if (with.percent(50)) out.email += std::to_string(with.below(1'000));
  out.email += "@";
  out.email += domains[with.below(domains.size())];
  out.phone = phone(with);
  return out;
}

std::string client_number(std::size_t number) {
  return "B" + std::to_string(1'000'000 + number);
}

} // namespace foyer::bench
