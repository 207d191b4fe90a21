#include "actors/vocabulary/text.hpp"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <memory>
#include <mutex>

namespace foyer {
namespace {

icu::UnicodeString from_utf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

std::string to_utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

icu::UnicodeString composed(const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) return text;
  auto out = form->normalize(text, status);
  return U_FAILURE(status) ? text : out;
}

bool is_ascii(std::string_view text) noexcept {
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  return true;
}

// Transliterators are not safe for several threads at once, and take long to make.
icu::UnicodeString transliterated(icu::UnicodeString text) {
  static std::mutex mutex;
  static const std::unique_ptr<icu::Transliterator> rules = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<icu::Transliterator>{
        icu::Transliterator::createInstance("Any-Latin; Latin-ASCII; Lower", UTRANS_FORWARD, status)};
  }();
  const std::lock_guard lock{mutex};
  if (rules) rules->transliterate(text);
  return text;
}

} // namespace

std::string nfc(std::string_view text) {
  if (is_ascii(text)) return std::string{text};
  return to_utf8(composed(from_utf8(text)));
}

std::string fold_case(std::string_view text) {
  auto folded = from_utf8(text);
  folded.foldCase();
  return to_utf8(composed(folded));
}

std::string fold_to_ascii(std::string_view text) {
  std::string out;
  for (const char c : to_utf8(transliterated(from_utf8(text)))) {
    const bool keeps = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (keeps)
      out += c;
    else if (c != '\'' && !out.empty() && out.back() != ' ') // an apostrophe joins: "d'Arc" is one word
      out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string trimmed(std::string_view text) {
  auto whole = from_utf8(text);
  std::int32_t begin = 0;
  std::int32_t end = whole.length();
  while (begin < end && u_isUWhiteSpace(whole.char32At(begin))) ++begin;
  while (end > begin && u_isUWhiteSpace(whole.char32At(end - 1))) --end;
  return to_utf8(whole.tempSubStringBetween(begin, end));
}

} // namespace foyer
