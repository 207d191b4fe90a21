#include "bench/request.hpp"

#include <cassert>

namespace foyer::bench {

namespace {

void write_hex(char* out, std::uint64_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (int i = 15; i >= 0; --i, value >>= 4) out[i] = digits[value & 15];
}

} // namespace

request_shape request_shape::make(std::string_view verb, std::string_view target, std::string_view host,
                                  std::string_view body, bool idempotent) {
  request_shape shape;
  auto& bytes = shape.bytes_;
  bytes.append(verb).append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(host);
  bytes.append("\r\nAuthorization: Bearer ");
  shape.token_at_ = bytes.size();
  bytes.append(token_size, '-');
  if (idempotent) {
    bytes.append("\r\nIdempotency-Key: ");
    shape.key_at_ = bytes.size();
    bytes.append(key_size, '0');
  }
  if (!body.empty()) {
    bytes.append("\r\nContent-Type: application/json\r\nContent-Length: ")
        .append(std::to_string(body.size()));
  }
  bytes.append("\r\n\r\n").append(body);
  return shape;
}

void request_shape::write_to(std::string& out, std::string_view token, std::uint64_t key_high,
                             std::uint64_t key_low) const {
  assert(token.size() == token_size);
  out.assign(bytes_);
  out.replace(token_at_, token_size, token);
  if (key_at_ != 0) {
    write_hex(out.data() + key_at_, key_high);
    write_hex(out.data() + key_at_ + 16, key_low);
  }
}

} // namespace foyer::bench
