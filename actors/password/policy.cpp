#include "actors/password/policy.hpp"

#include "actors/password/common_words.hpp"
#include "actors/vocabulary/text.hpp"

#include <algorithm>
#include <array>

namespace foyer::password {
namespace {

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

struct word_core {
  std::string letters;
  bool plain = true; // nothing but letters between the first and the last
};

// Letters only, with the usual exchanges taken back: "P@ssw0rd!!" becomes "password". Digits and signs around
// a word say nothing, within it they stand for letters.
word_core core_of(const std::string& folded) {
  auto first = std::find_if(folded.begin(), folded.end(), is_letter);
  const auto last = std::find_if(folded.rbegin(), folded.rend(), is_letter).base();
  word_core core;
  for (; first < last; ++first) {
    static constexpr std::string_view exchanged = "01345789@$!";
    static constexpr std::string_view meant = "oieastbgasi";
    const auto at = exchanged.find(*first);
    core.plain = core.plain && is_letter(*first);
    if (is_letter(*first))
      core.letters += *first;
    else if (at != std::string_view::npos)
      core.letters += meant[at];
  }
  return core;
}

// The shortest beginning of which the text is a repetition ("abcabcab" gives "abc").
std::string period_of(const std::string& text) {
  for (std::size_t length = 1; length <= text.size() / 2; ++length) {
    bool repeats = true;
    for (std::size_t i = length; repeats && i < text.size(); ++i) repeats = text[i] == text[i - length];
    if (repeats) return text.substr(0, length);
  }
  return text;
}

bool is_common(const std::string& word) {
  return std::binary_search(common_words.begin(), common_words.end(), std::string_view(word));
}

// At most so many of the commonest words, and nothing else.
bool made_of_common(std::string_view text, int words_left) {
  if (text.empty()) return true;
  if (words_left == 0) return false;
  for (std::size_t length = std::min<std::size_t>(text.size(), common_word_max); length >= 3; --length)
    if (is_common(std::string(text.substr(0, length))) && made_of_common(text.substr(length), words_left - 1))
      return true;
  return false;
}

// What remains when runs of three or more neighbours (of the alphabet, the digits or a keyboard row) are
// taken as one character each. A password of such runs is a walk over the keys.
std::size_t without_runs(const std::string& folded) {
  static constexpr std::array<std::string_view, 8> rows{"abcdefghijklmnopqrstuvwxyz",
                                                        "01234567890",
                                                        "qwertyuiop",
                                                        "asdfghjkl",
                                                        "zxcvbnm",
                                                        "azertyuiop",
                                                        "qsdfghjklm",
                                                        "wxcvbn"};
  const auto follows = [](char a, char b) {
    if (a == b) return true;
    return std::any_of(rows.begin(), rows.end(), [&](std::string_view row) {
      const auto at = row.find(a);
      if (at == std::string_view::npos) return false;
      return (at + 1 < row.size() && row[at + 1] == b) || (at > 0 && row[at - 1] == b);
    });
  };
  std::size_t left = 0;
  for (std::size_t begin = 0; begin < folded.size();) {
    auto end = begin + 1;
    while (end < folded.size() && follows(folded[end - 1], folded[end])) ++end;
    left += end - begin >= 3 ? 1 : end - begin;
    begin = end;
  }
  return left;
}

bool is_personal(const std::string& folded, const std::string& core, std::span<const std::string> personal) {
  return std::any_of(personal.begin(), personal.end(), [&](const std::string& each) {
    const auto theirs = fold_case(each);
    if (theirs.size() < 3) return false;
    auto letters = fold_to_ascii(each);
    std::erase(letters, ' ');
    return folded == theirs || (letters.size() >= 3 && (core == letters || period_of(core) == letters));
  });
}

} // namespace

weakness check(std::string_view password, const policy& with, std::span<const std::string> personal) {
  const auto whole = nfc(password);
  const auto length = code_points(whole);
  if (length < with.length_min) return weakness::too_short;
  if (length > with.length_max) return weakness::too_long;
  const auto folded = fold_case(whole);
  if (std::find(common_whole.begin(), common_whole.end(), folded) != common_whole.end())
    return weakness::common;
  const auto core = core_of(folded);
  if (is_personal(folded, core.letters, personal)) return weakness::personal;
  // What is left of a walk or a repetition must not be less than a short word.
  constexpr std::size_t left_min = 6;
  const auto period = period_of(folded);
  if (!core.letters.empty() && made_of_common(period_of(core.letters), core.plain ? 2 : 1))
    return weakness::common;
  if (period.size() < left_min && period.size() * 2 <= folded.size()) return weakness::pattern;
  if (without_runs(folded) < left_min) return weakness::pattern;
  return weakness::none;
}

std::string_view to_string(weakness of) noexcept {
  switch (of) {
  case weakness::none: return "";
  case weakness::too_short: return "too_short";
  case weakness::too_long: return "too_long";
  case weakness::common: return "common";
  case weakness::pattern: return "pattern";
  case weakness::personal: return "personal";
  }
  return "";
}

} // namespace foyer::password
