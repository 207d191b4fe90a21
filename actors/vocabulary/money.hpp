#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace foyer {

/// A sum in minor units (cents) of one organisation's currency (W1). Checked arithmetic: sums that do not fit
/// are nullopt, never wrapped.
using amount = std::int64_t;

/// The largest single amount that a request may name: 10 billion in major units of a two-digit currency, far
/// from where sums of a million of them would overflow.
inline constexpr amount largest_amount = 1'000'000'000'000;

inline std::optional<amount> add(amount a, amount b) noexcept {
  amount sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

inline std::optional<amount> multiply(amount a, std::int64_t b) noexcept {
  amount product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

/// ISO 4217 code in capitals, such as EUR.
class currency {
public:
  currency() = default;

  /// nullopt unless the text is three capital letters.
  static std::optional<currency> parse(std::string_view text) noexcept {
    if (text.size() != 3) return std::nullopt;
    currency out;
    for (std::size_t i = 0; i < 3; ++i) {
      if (text[i] < 'A' || text[i] > 'Z') return std::nullopt;
      out.code_[i] = text[i];
    }
    return out;
  }

  [[nodiscard]] std::string_view code() const noexcept { return {code_.data(), 3}; }
  friend bool operator==(const currency&, const currency&) = default;

private:
  std::array<char, 3> code_{'E', 'U', 'R'};
};

/// Money as requests and answers carry it.
struct money {
  amount value = 0;
  currency unit;
  friend bool operator==(const money&, const money&) = default;
};

/// The tax contained in a price that includes it, rounded half up to the minor unit; 2000 basis points are 20
/// %.
inline amount vat_included(amount gross, int basis_points) noexcept {
  __extension__ using wide_int = __int128;
  const auto wide = static_cast<wide_int>(gross) * basis_points * 2 + (10'000 + basis_points);
  return static_cast<amount>(wide / (2 * static_cast<wide_int>(10'000 + basis_points)));
}

} // namespace foyer
