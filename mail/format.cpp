#include "mail/format.hpp"

#include <unicode/calendar.h>
#include <unicode/decimfmt.h>
#include <unicode/numfmt.h>
#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>
#include <unicode/ucurr.h>

#include <array>
#include <charconv>

namespace foyer::mail {
namespace {

constexpr double milliseconds_per_day = 86'400'000.0;

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

std::unique_ptr<icu::TimeZone> zone_of(std::string_view name) {
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(
      icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<int32_t>(name.size())))));
  if (!name.empty() && *zone != icu::TimeZone::getUnknown()) return zone;
  return std::unique_ptr<icu::TimeZone>(icu::TimeZone::createTimeZone("UTC"));
}

std::unique_ptr<icu::DateFormat> date_format(const char* skeleton, const icu::Locale& locale,
                                             const icu::TimeZone& zone) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::DateFormat> out(icu::DateFormat::createInstanceForSkeleton(skeleton, locale, status));
  if (out) out->setTimeZone(zone);
  return out;
}

class icu_formatter final : public formatter {
public:
  icu_formatter(bool french, std::string_view time_zone)
      : french_(french), locale_(french ? icu::Locale("fr", "FR") : icu::Locale("en", "GB")) {
    const auto zone = zone_of(time_zone);
    const auto utc = zone_of("UTC");
    utc_ = zone->hasSameRules(*utc);
    date_time_ = date_format("EEEEdMMMMyHm", locale_, *zone);
    date_ = date_format("EEEEdMMMMy", locale_, *utc);
  }

  std::string money(const foyer::money& sum) const override {
    UErrorCode status = U_ZERO_ERROR;
    const std::string code(sum.unit.code());
    icu::UnicodeString wide = icu::UnicodeString::fromUTF8(code);
    const auto digits = ucurr_getDefaultFractionDigits(wide.getTerminatedBuffer(), &status);
    const std::unique_ptr<icu::NumberFormat> format(
        icu::NumberFormat::createCurrencyInstance(locale_, status));
    if (U_FAILURE(status)) return std::to_string(sum.value) + " " + code;
    format->setCurrency(wide.getTerminatedBuffer(), status);
    // A decimal number as text, since a double would round large sums.
    icu::UnicodeString text;
    format->format(icu::StringPiece(std::to_string(sum.value) + "E-" + std::to_string(digits)), text, nullptr,
                   status);
    return utf8(text);
  }

  std::string date_time(std::chrono::sys_time<std::chrono::milliseconds> at) const override {
    icu::UnicodeString text;
    date_time_->format(static_cast<UDate>(at.time_since_epoch().count()), text);
    return utf8(text) + (utc_ ? " (UTC)" : "");
  }

  std::string date(const std::chrono::year_month_day& day) const override {
    const auto days = std::chrono::sys_days(day).time_since_epoch().count();
    icu::UnicodeString text;
    date_->format(static_cast<double>(days) * milliseconds_per_day, text);
    return utf8(text);
  }

  std::string duration(std::chrono::milliseconds length) const override {
    struct unit {
      std::chrono::milliseconds size;
      std::int64_t from;
      const char* french;
      const char* english;
    };
    using namespace std::chrono_literals;
    static constexpr std::array units{unit{24h, 3, "jour", "day"}, unit{1h, 1, "heure", "hour"},
                                      unit{1min, 1, "minute", "minute"}, unit{1s, 0, "seconde", "second"}};
    for (const auto& each : units) {
      const auto count = length / each.size;
      const bool whole = length % each.size == 0ms;
      if (count < each.from || (!whole && each.from > 0)) continue;
      return std::to_string(count) + no_break_space + (french_ ? each.french : each.english) +
             (count > 1 ? "s" : "");
    }
    return {};
  }

private:
  static constexpr const char* no_break_space = "\xC2\xA0";

  bool french_;
  bool utc_ = false;
  icu::Locale locale_;
  std::unique_ptr<icu::DateFormat> date_time_;
  std::unique_ptr<icu::DateFormat> date_;
};

/// Digits at a place of the text; -1 when there are others.
int number_at(std::string_view text, std::size_t at, std::size_t length) {
  if (at + length > text.size()) return -1;
  int value = 0;
  for (char c : text.substr(at, length)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// "Z", "+02", "+02:00", "-0330"; minutes east of Greenwich.
std::optional<int> offset_of(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int hours = number_at(text, 1, 2);
  int minutes = 0;
  if (text.size() > 3) minutes = number_at(text, text[3] == ':' ? 4 : 3, 2);
  if (hours < 0 || minutes < 0) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

} // namespace

std::unique_ptr<formatter> create_formatter(std::string_view locale, std::string_view time_zone) {
  return std::make_unique<icu_formatter>(locale == "fr", time_zone);
}

std::optional<std::chrono::year_month_day> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = number_at(text, 0, 4);
  const int month = number_at(text, 5, 2);
  const int day = number_at(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day out{std::chrono::year(year),
                                        std::chrono::month(static_cast<unsigned>(month)),
                                        std::chrono::day(static_cast<unsigned>(day))};
  if (!out.ok()) return std::nullopt;
  return out;
}

std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_time(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != ' ' && text[10] != 't')) return std::nullopt;
  const auto day = parse_date(text.substr(0, 10));
  const int hour = number_at(text, 11, 2);
  const int minute = number_at(text, 14, 2);
  const int second = number_at(text, 17, 2);
  if (!day || hour < 0 || minute < 0 || second < 0 || text[13] != ':' || text[16] != ':') return std::nullopt;
  // Fractions of a second are never shown.
  const auto zone = text.find_first_not_of(".0123456789", 19);
  if (zone == std::string_view::npos) return std::nullopt;
  const auto offset = offset_of(text.substr(zone));
  if (!offset) return std::nullopt;
  return std::chrono::sys_days(*day) + std::chrono::hours(hour) + std::chrono::minutes(minute - *offset) +
         std::chrono::seconds(second);
}

} // namespace foyer::mail
