#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace foyer::bench {

// One HTTP request as bytes, with places that are overwritten for every use: so sending one costs two copies
// of a few bytes instead of building it.
class request_shape {
public:
  // A session token is 32 bytes in base64url (QUALITY.md, tokens).
  static constexpr std::size_t token_size = 43;
  static constexpr std::size_t key_size = 32;

  // target: path and query, already encoded. body: empty for requests without one. An idempotency key is
  // sent when `idempotent`.
  static request_shape make(std::string_view verb, std::string_view target, std::string_view host,
                            std::string_view body, bool idempotent);

  const std::string& bytes() const noexcept { return bytes_; }

  // Writes the request to `out` with this token (exactly token_size bytes) and a key made of two numbers,
  // which together must be unique.
  void write_to(std::string& out, std::string_view token, std::uint64_t key_high,
                std::uint64_t key_low) const;

private:
  std::string bytes_;
  std::size_t token_at_ = 0;
  std::size_t key_at_ = 0; // 0: none
};

} // namespace foyer::bench
