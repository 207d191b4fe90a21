#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace foyer::http {

/// Takes a chunked body apart as it arrives (RFC 9112, section 7.1). Pure. Sizes are hex digits only, lines
/// end in CRLF only, extensions are passed over within a limit, and trailer fields are refused.
class chunk_decoder {
public:
  enum class progress : std::uint8_t { more, done, malformed, too_large };

  /// body_max: most bytes that the decoded body may have.
  explicit chunk_decoder(std::size_t body_max) noexcept : body_max_(body_max) {}

  /// Appends to body what these bytes hold and takes them off `input`; what follows the end of the body
  /// stays.
  progress feed(std::string_view& input, std::string& body);

private:
  enum class state : std::uint8_t {
    size,      // hex digits
    extension, // up to CR
    size_lf,
    data,
    data_cr,
    data_lf,
    last_cr, // after the chunk of size zero
    last_lf
  };
  progress step(char next);

  std::size_t body_max_;
  std::uint64_t left_ = 0; // of the current chunk
  std::size_t digits_ = 0;
  std::size_t extension_bytes_ = 0; // of all chunks
  state state_ = state::size;
};

} // namespace foyer::http
