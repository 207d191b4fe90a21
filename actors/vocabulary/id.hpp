#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace foyer {

/// 128 bits in network order, as RFC 9562 lays a UUID out. All zero means "none".
struct uuid {
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const uuid&, const uuid&) = default;
  [[nodiscard]] bool is_nil() const noexcept { return *this == uuid{}; }
};

/// 36 characters, lower case, with hyphens (RFC 9562, section 4).
std::string to_string(const uuid& id);
/// Appends the same 36 characters without a temporary.
void append_to(std::string& out, const uuid& id);
/// Accepts exactly the 36-character form in either case; nothing else.
std::optional<uuid> parse_uuid(std::string_view text) noexcept;

/// A UUID that says of what it is the id, so that a household's can't be passed for an account's.
template <class Tag>
struct id {
  uuid value;

  id() = default;
  explicit id(const uuid& raw) : value(raw) {}
  friend auto operator<=>(const id&, const id&) = default;
  [[nodiscard]] bool is_nil() const noexcept { return value.is_nil(); }
};

template <class Tag>
std::string to_string(const id<Tag>& of) {
  return to_string(of.value);
}

using organisation_id = id<struct organisation_tag>;
using shop_id = id<struct shop_tag>;
using offer_id = id<struct offer_tag>;
using rate_id = id<struct rate_tag>;
using account_id = id<struct account_tag>;
using household_id = id<struct household_tag>; // also names the household's wallet (W1: one each)
using member_id = id<struct member_tag>;
using order_id = id<struct order_tag>;
using line_id = id<struct line_tag>;
using payment_id = id<struct payment_tag>;
using ticket_id = id<struct ticket_tag>;
using entry_id = id<struct entry_tag>;
using session_id = id<struct session_tag>;
using token_id = id<struct token_tag>;
using mail_id = id<struct mail_tag>;
using deadline_id = id<struct deadline_tag>;
using campaign_id = id<struct campaign_tag>;
using import_id = id<struct import_tag>;
using merge_id = id<struct merge_tag>;

/// Spreads the random half of a UUIDv7; good for hash tables only.
inline std::size_t hash_of(const uuid& of) noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, of.bytes.data(), 8);
  std::memcpy(&low, of.bytes.data() + 8, 8);
  return static_cast<std::size_t>((high * 0x9E3779B97F4A7C15ULL) ^ low);
}

} // namespace foyer

template <>
struct std::hash<foyer::uuid> {
  std::size_t operator()(const foyer::uuid& of) const noexcept { return foyer::hash_of(of); }
};
template <class Tag>
struct std::hash<foyer::id<Tag>> {
  std::size_t operator()(const foyer::id<Tag>& of) const noexcept { return foyer::hash_of(of.value); }
};
