#include "bench/typing.hpp"

#include "bench/people.hpp"
#include "demo/chance.hpp"

#include <algorithm>

namespace foyer::bench {

namespace {

// So many are looked for; about forty requests each.
constexpr std::size_t clients = 150;
constexpr std::size_t fewest_letters = 2;

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// Every text that stands in the field while it is typed.
void type(std::vector<typed_search>& to, std::string_view kind, std::string_view text) {
  std::size_t letters = 0;
  for (std::size_t end = 1; end <= text.size(); ++end) {
    if (end < text.size() && is_continuation(text[end])) continue;
    if (text[end - 1] == ' ') continue;
    if (++letters >= fewest_letters) to.push_back({kind, std::string{text.substr(0, end)}});
  }
}

// One letter of the last name's middle is another.
std::string mistyped(const std::string& name, demo::chance& with) {
  std::string out = name;
  const auto at = 1 + with.below(name.size() - 2);
  if (out[at] < 'a' || out[at] > 'z') return {};
  out[at] = out[at] == 'y' ? 'k' : 'y';
  return out;
}

void type_client(std::vector<typed_search>& to, const person& who, const std::string& number,
                 demo::chance& with) {
  type(to, "name", with.percent(50) ? who.last_name : who.first_name + " " + who.last_name);
  type(to, "e-mail", who.email);
  type(to, "phone", who.phone);
  to.push_back({"number", number});
  if (who.last_name.size() < 5) return;
  const auto wrong = mistyped(who.last_name, with);
  if (wrong.empty()) return;
  to.push_back({"mistyped", wrong});
  to.push_back({"mistyped", who.first_name + " " + wrong});
}

} // namespace

std::vector<typed_search> typed_searches(std::uint64_t seed, std::size_t households) {
  demo::chance with{seed, "bench searches"};
  std::vector<typed_search> out;
  for (std::size_t i = 0; i < clients; ++i) {
    const auto number = 1 + with.below(households);
    type_client(out, person_of(seed, number), client_number(number), with);
  }
  return out;
}

std::vector<typed_search> typed_searches(std::uint64_t seed, const std::vector<known_client>& among) {
  demo::chance with{seed, "bench searches"};
  std::vector<typed_search> out;
  for (std::size_t i = 0; i < clients && !among.empty(); ++i) {
    const auto& each = among[with.below(among.size())];
    type_client(out, each.who, each.number, with);
  }
  return out;
}

std::string url_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

} // namespace foyer::bench
