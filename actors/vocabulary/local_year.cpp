#include "actors/vocabulary/local_year.hpp"

#include <unicode/calendar.h>
#include <unicode/timezone.h>

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

std::unique_ptr<icu::Calendar> calendar_of(std::string_view name) {
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(
      icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<int32_t>(name.size())))));
  if (name.empty() || *zone == icu::TimeZone::getUnknown()) zone.reset(icu::TimeZone::createTimeZone("UTC"));
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::Calendar> out(
      icu::Calendar::createInstance(zone.release(), icu::Locale("en", "GB"), status));
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

} // namespace foyer
