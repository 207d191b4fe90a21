#include "actors/vocabulary/secret.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace foyer {
namespace {

std::string_view view_of(const uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

int base64url_value(char digit) noexcept {
  if (digit >= 'A' && digit <= 'Z') return digit - 'A';
  if (digit >= 'a' && digit <= 'z') return digit - 'a' + 26;
  if (digit >= '0' && digit <= '9') return digit - '0' + 52;
  if (digit == '-') return 62;
  return digit == '_' ? 63 : -1;
}

/// Characters of an id and a MAC of 128 bits behind it, as base64url.
constexpr std::size_t id_and_mac_length = 43;

/// The id that a code begins with; none when it begins with anything else.
std::optional<uuid> leading_id(std::string_view code) noexcept {
  uuid out;
  std::uint32_t window = 0;
  int bits = 0;
  std::size_t filled = 0;
  for (const char digit : code.substr(0, 22)) { // 22 digits hold the id and four bits more
    const auto value = base64url_value(digit);
    if (value < 0) return std::nullopt;
    window = (window << 6) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8 || filled == out.bytes.size()) continue;
    bits -= 8;
    out.bytes[filled++] = static_cast<std::uint8_t>(window >> bits);
  }
  if (filled < out.bytes.size()) return std::nullopt;
  return out;
}

// OpenSSL's one-shot functions look the algorithm up at every call, which costs several times what a short
// text's hash does. One context a thread, with the algorithm fetched once.
class digest {
public:
  digest() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    if (algorithm_ == nullptr || context_ == nullptr) fail();
  }
  ~digest() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  digest(const digest&) = delete;
  digest& operator=(const digest&) = delete;

  sha256_hash hash(std::string_view first, std::string_view then) {
    sha256_hash out;
    const bool done = EVP_DigestInit_ex2(context_, algorithm_, nullptr) == 1 &&
                      EVP_DigestUpdate(context_, first.data(), first.size()) == 1 &&
                      EVP_DigestUpdate(context_, then.data(), then.size()) == 1 &&
                      EVP_DigestFinal_ex(context_, out.data(), nullptr) == 1;
    if (!done) fail();
    return out;
  }

private:
  [[noreturn]] static void fail() {
    // Without hashes no entry and no token can be made or checked.
    std::fputs("foyer: SHA-256 failed\n", stderr);
    std::abort();
  }

  EVP_MD* algorithm_;
  EVP_MD_CTX* context_;
};

digest& digest_of_thread() {
  static thread_local digest one;
  return one;
}

} // namespace

sha256_hash sha256(std::string_view bytes) {
  return digest_of_thread().hash(bytes, {});
}

sha256_hash hmac_sha256(std::string_view key, std::string_view bytes) {
  constexpr std::size_t block_size = 64;
  std::array<char, block_size> block{};
  if (key.size() > block_size) {
    const auto hashed = sha256(key);
    std::memcpy(block.data(), hashed.data(), hashed.size());
  } else {
    key.copy(block.data(), key.size());
  }
  const auto padded = [&block](char with) {
    auto out = block;
    std::transform(out.begin(), out.end(), out.begin(),
                   [with](char c) { return static_cast<char>(c ^ with); });
    return out;
  };
  const auto inner_key = padded(0x36);
  const auto outer_key = padded(0x5C);
  auto& with = digest_of_thread();
  const auto inner = with.hash({inner_key.data(), inner_key.size()}, bytes);
  return with.hash({outer_key.data(), outer_key.size()},
                   {reinterpret_cast<const char*>(inner.data()), inner.size()});
}

std::string base64url(std::span<const std::uint8_t> bytes) {
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t window = 0;
  int bits = 0;
  for (auto byte : bytes) {
    window = (window << 8) | byte;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out += alphabet[(window >> bits) & 63];
    }
  }
  if (bits > 0) out += alphabet[(window << (6 - bits)) & 63];
  return out;
}

std::string crockford32(std::span<const std::uint8_t> bytes) {
  static constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string out;
  std::uint32_t window = 0;
  int bits = 0;
  for (auto byte : bytes) {
    window = (window << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += alphabet[(window >> bits) & 31];
    }
  }
  if (bits > 0) out += alphabet[(window << (5 - bits)) & 31];
  return out;
}

void fill_random(std::span<std::uint8_t> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) == 1) return;
  // Without randomness no id, token or key may be made: nothing could be trusted afterwards.
  std::fputs("foyer: the random generator failed\n", stderr);
  std::abort();
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

uuid new_uuid(std::int64_t unix_ms) {
  // A call to the generator costs more than the UUID: draw for many at once.
  static thread_local std::array<std::uint8_t, 640> pool;
  static thread_local std::size_t used = pool.size();
  if (used + 10 > pool.size()) {
    fill_random(pool);
    used = 0;
  }
  uuid out;
  for (std::size_t i = 0; i < 6; ++i) out.bytes[i] = static_cast<std::uint8_t>(unix_ms >> (8 * (5 - i)));
  std::memcpy(out.bytes.data() + 6, pool.data() + used, 10);
  used += 10;
  out.bytes[6] = static_cast<std::uint8_t>((out.bytes[6] & 0x0F) | 0x70);
  out.bytes[8] = static_cast<std::uint8_t>((out.bytes[8] & 0x3F) | 0x80);
  return out;
}

sha256_hash server_secret::derive(std::string_view purpose, std::string_view bytes) const {
  std::string text;
  text.reserve(purpose.size() + 1 + bytes.size());
  text.append(purpose).push_back('\0');
  text.append(bytes);
  return hmac_sha256(bytes_, text);
}

std::string server_secret::token(const token_id& of) const {
  return base64url(derive("token", view_of(of.value)));
}

std::string server_secret::code(const token_id& of) const {
  const auto hash = derive("code", view_of(of.value));
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = (number << 8) | hash[i];
  auto text = std::to_string(number % 100'000'000);
  return std::string(8 - text.size(), '0') + text;
}

std::string server_secret::unique_key(const household_id& of, std::int64_t key_version) const {
  std::string bytes{view_of(of.value)};
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(key_version >> shift));
  const auto hash = derive("unique key", bytes);
  return crockford32(std::span{hash}.first(16));
}

std::string server_secret::ticket_code(const ticket_id& ticket, const offer_id& offer) const {
  const auto key = derive("tickets of offer", view_of(offer.value));
  const auto mac =
      hmac_sha256({reinterpret_cast<const char*>(key.data()), key.size()}, view_of(ticket.value));
  std::array<std::uint8_t, 32> code;
  std::memcpy(code.data(), ticket.value.bytes.data(), 16);
  std::memcpy(code.data() + 16, mac.data(), 16);
  return base64url(code);
}

std::string server_secret::unsubscribe_token(const household_id& of) const {
  const auto mac = derive("unsubscribe", view_of(of.value));
  std::array<std::uint8_t, 32> token;
  std::memcpy(token.data(), of.value.bytes.data(), 16);
  std::memcpy(token.data() + 16, mac.data(), 16);
  return base64url(token);
}

std::optional<ticket_id> server_secret::ticket_named(std::string_view code) {
  if (code.size() != id_and_mac_length) return std::nullopt;
  const auto id = leading_id(code);
  return id ? std::optional{ticket_id{*id}} : std::nullopt;
}

std::optional<household_id> server_secret::unsubscribed(std::string_view token) const {
  const auto id = leading_id(token);
  if (!id || !equal_in_constant_time(token, unsubscribe_token(household_id{*id}))) return std::nullopt;
  return household_id{*id};
}

} // namespace foyer
