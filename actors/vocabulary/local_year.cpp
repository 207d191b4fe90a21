#include "actors/vocabulary/local_year.hpp"

#include <unicode/calendar.h>
#include <unicode/timezone.h>

#include <cstdio>
#include <memory>
#include <string>

namespace foyer {
namespace {

struct known_year {
  std::string zone;
  int year = 0;
  time_point from;
  time_point until;
};

icu::UnicodeString id_of(std::string_view name) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<int32_t>(name.size())));
}

std::unique_ptr<icu::TimeZone> zone_of(std::string_view name) {
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(id_of(name)));
  if (name.empty() || *zone == icu::TimeZone::getUnknown()) zone.reset(icu::TimeZone::createTimeZone("UTC"));
  return zone;
}

std::unique_ptr<icu::Calendar> calendar_of(std::string_view name) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::Calendar> out(
      icu::Calendar::createInstance(zone_of(name).release(), icu::Locale("en", "GB"), status));
  return U_SUCCESS(status) ? std::move(out) : nullptr;
}

time_point first_moment(icu::Calendar& on, int year) {
  UErrorCode status = U_ZERO_ERROR;
  on.clear();
  on.set(year, UCAL_JANUARY, 1, 0, 0, 0);
  return time_point{std::chrono::milliseconds{static_cast<std::int64_t>(on.getTime(status))}};
}

} // namespace

int local_year(std::string_view time_zone, time_point at) {
  thread_local known_year known;
  if (known.zone == time_zone && at >= known.from && at < known.until) return known.year;
  const auto in_utc = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(at)};
  auto year = static_cast<int>(in_utc.year());
  const auto calendar = calendar_of(time_zone);
  if (!calendar) return year;
  auto from = first_moment(*calendar, year);
  auto until = first_moment(*calendar, year + 1);
  // At the turn of the year the zone may be a day before or behind.
  if (at < from) {
    until = from;
    from = first_moment(*calendar, --year);
  } else if (at >= until) {
    from = until;
    until = first_moment(*calendar, ++year + 1);
  }
  known = {std::string{time_zone}, year, from, until};
  return year;
}

bool is_time_zone(std::string_view name) {
  if (name == "UTC") return true;
  // Names that ICU alone has.
  if (name.find('/') == std::string_view::npos || name.starts_with("SystemV/") || name == "Etc/Unknown")
    return false;
  icu::UnicodeString canonical;
  UBool is_system = false;
  UErrorCode status = U_ZERO_ERROR;
  icu::TimeZone::getCanonicalID(id_of(name), canonical, is_system, status);
  return U_SUCCESS(status) && is_system;
}

std::string local_minute(std::string_view time_zone, time_point at) {
  const auto zone = zone_of(time_zone);
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count();
  int32_t raw = 0;
  int32_t summer = 0;
  UErrorCode status = U_ZERO_ERROR;
  zone->getOffset(static_cast<UDate>(ms), false, raw, summer, status);
  const auto local = std::chrono::floor<std::chrono::minutes>(at + std::chrono::milliseconds{raw + summer});
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const date civil{day};
  const std::chrono::hh_mm_ss time{local - day};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d", static_cast<int>(civil.year()),
                static_cast<unsigned>(civil.month()), static_cast<unsigned>(civil.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()));
  return text;
}

} // namespace foyer
