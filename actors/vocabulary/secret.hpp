#pragma once

#include "actors/vocabulary/id.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace foyer {

using sha256_hash = std::array<std::uint8_t, 32>;

/// SHA-256 of some bytes (FIPS 180-4). Any thread.
sha256_hash sha256(std::string_view bytes);
/// HMAC-SHA-256 (RFC 2104). Any thread.
sha256_hash hmac_sha256(std::string_view key, std::string_view bytes);
/// Without padding (RFC 4648, section 5).
std::string base64url(std::span<const std::uint8_t> bytes);
/// Crockford's base 32 in capitals, high bits first, padded with zero bits.
std::string crockford32(std::span<const std::uint8_t> bytes);
/// Bytes of the operating system's generator; aborts the program if that fails.
void fill_random(std::span<std::uint8_t> out);
/// Compares in a time that does not tell where the difference is.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;
/// RFC 9562 version 7: milliseconds since 1970, then 74 random bits.
uuid new_uuid(std::int64_t unix_ms);

/// What the server derives secrets from (security.secret_file). Tokens in mails are made from a token's id,
/// so that neither the database nor the outbox ever holds one.
class server_secret {
public:
  explicit server_secret(std::string bytes) : bytes_(std::move(bytes)) {}

  /// The link token of an id: 32 bytes as base64url, 43 characters.
  [[nodiscard]] std::string token(const token_id& of) const;
  /// The 8-digit code of the same id, to be typed on another device.
  [[nodiscard]] std::string code(const token_id& of) const;
  /// The household's unique key (S6): 26 characters of Crockford's base 32, 128 bits.
  [[nodiscard]] std::string unique_key(const household_id& of, std::int64_t key_version) const;
  /// The code that a ticket's QR shows (O6): ticket id and 128 bits of HMAC under its offer's key, base64url.
  [[nodiscard]] std::string ticket_code(const ticket_id& ticket, const offer_id& offer) const;
  /// The ticket that a code names, of this or any other server: it is proven by ticket_code alone. None:
  /// nothing that a ticket could show.
  [[nodiscard]] static std::optional<ticket_id> ticket_named(std::string_view code);
  /// What the one-click link of an invitation ends with (RFC 8058): household id and 128 bits of HMAC,
  /// base64url. It never expires and is stored nowhere.
  [[nodiscard]] std::string unsubscribe_token(const household_id& of) const;
  /// Whose token this is; none: we never made it.
  [[nodiscard]] std::optional<household_id> unsubscribed(std::string_view token) const;
  /// HMAC for another purpose, named so that no two purposes share values.
  [[nodiscard]] sha256_hash derive(std::string_view purpose, std::string_view bytes) const;

private:
  std::string bytes_;
};

} // namespace foyer
