#pragma once

#include "actors/organisation/organisation.hpp"
#include "actors/vocabulary/time.hpp"
#include "mail/format.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace foyer::papers {

/// The language of a document: its words, and how it writes sums and dates (ICU), in the organisation's time
/// zone. One thread.
class language {
public:
  language(std::string_view locale, std::string_view time_zone, currency unit);

  [[nodiscard]] const char* say(const char* french, const char* english) const {
    return french_ ? french : english;
  }
  [[nodiscard]] std::string money(amount sum) const { return format_->money({sum, unit_}); }
  [[nodiscard]] std::string date_time(time_point at) const {
    return format_->date_time(std::chrono::floor<std::chrono::milliseconds>(at));
  }
  /// "20 %" in French, "20%" in English; 550 basis points are "5,5 %".
  [[nodiscard]] std::string percent(int basis_points) const;
  [[nodiscard]] std::string method(organisation::payment_method of) const;
  [[nodiscard]] const char* code() const { return french_ ? "fr" : "en"; }

private:
  bool french_;
  currency unit_;
  std::unique_ptr<mail::formatter> format_;
};

/// Who issues a document.
struct issuer {
  std::string name;
  std::string legal_name;
  std::string legal_address; // may have several lines
  std::string vat_number;
  std::string time_zone;
  currency unit;
};

issuer issuer_of(const organisation::snapshot& of);

} // namespace foyer::papers
