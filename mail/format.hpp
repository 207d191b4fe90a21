#pragma once

#include "actors/vocabulary/money.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace foyer::mail {

/// Sums, dates and durations as a reader of one language in one time zone expects them (ICU). Making one
/// takes milliseconds, so keep it; one thread at a time.
class formatter {
public:
  virtual ~formatter() = default;
  /// "12,50 €" in French, "€12.50" in English.
  [[nodiscard]] virtual std::string money(const foyer::money&) const = 0;
  /// "samedi 12 septembre 2026 à 20:30"; with the zone's name when that is UTC.
  [[nodiscard]] virtual std::string date_time(std::chrono::sys_time<std::chrono::milliseconds>) const = 0;
  /// "samedi 12 septembre 2026".
  [[nodiscard]] virtual std::string date(const std::chrono::year_month_day&) const = 0;
  /// "24 heures", "15 minutes", "7 jours": whole days from three on, else whole hours, minutes, seconds.
  [[nodiscard]] virtual std::string duration(std::chrono::milliseconds) const = 0;
};

/// locale "fr", anything else is English; an unknown time zone is UTC.
std::unique_ptr<formatter> create_formatter(std::string_view locale, std::string_view time_zone);

/// RFC 3339 with any offset, or "YYYY-MM-DD HH:MM:SS+00" as PostgreSQL writes it.
std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_time(std::string_view text);
/// "YYYY-MM-DD".
std::optional<std::chrono::year_month_day> parse_date(std::string_view text);

} // namespace foyer::mail
