#include "bench/request.hpp"

#include <array>
#include <utility>

namespace foyer::bench {

namespace {

void write_hex(char* out, std::uint64_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (int i = 15; i >= 0; --i, value >>= 4) out[i] = digits[value & 15];
}

} // namespace

std::vector<request_shape::piece> request_shape::pieces_of(std::string_view body) {
  constexpr std::array<std::pair<std::string_view, marker>, 4> markers{{{"<name>", marker::name},
                                                                        {"<password>", marker::password},
                                                                        {"<key>", marker::key},
                                                                        {"<unique>", marker::unique}}};
  std::vector<piece> out;
  std::string text;
  while (!body.empty()) {
    bool found = false;
    for (const auto& [written, which] : markers) {
      if (!body.starts_with(written)) continue;
      out.push_back({std::exchange(text, {}), which});
      body.remove_prefix(written.size());
      found = true;
    }
    if (found) continue;
    text += body.front();
    body.remove_prefix(1);
  }
  if (!text.empty()) out.push_back({std::move(text), marker::none});
  return out;
}

request_shape request_shape::build(std::string_view verb, std::string_view target, std::string_view host,
                                   std::string_view body, bool idempotent, bool with_token) {
  request_shape shape;
  std::string text;
  text.append(verb).append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(host);
  if (with_token) {
    text += "\r\nAuthorization: Bearer ";
    shape.head_.push_back({std::exchange(text, {}), marker::token});
  }
  if (idempotent) {
    text += "\r\nIdempotency-Key: ";
    shape.head_.push_back({std::exchange(text, {}), marker::unique});
  }
  shape.body_ = pieces_of(body);
  shape.body_varies_ = !shape.body_.empty() && shape.body_.front().then != marker::none;
  if (!body.empty()) text += "\r\nContent-Type: application/json\r\nContent-Length: ";
  if (!body.empty() && !shape.body_varies_) {
    text.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    shape.body_.clear();
  } else if (body.empty()) {
    text += "\r\n\r\n";
  }
  shape.head_.push_back({std::move(text), marker::none});
  return shape;
}

request_shape request_shape::make(std::string_view verb, std::string_view target, std::string_view host,
                                  std::string_view body, bool idempotent) {
  return build(verb, target, host, body, idempotent, true);
}

request_shape request_shape::make_anonymous(std::string_view verb, std::string_view target,
                                            std::string_view host, std::string_view body) {
  return build(verb, target, host, body, false, false);
}

request_shape&& request_shape::of_kind(std::string_view kind) && {
  kind_ = kind;
  return std::move(*this);
}

void request_shape::write_to(std::string& out, const caller& who, std::uint64_t key_high,
                             std::uint64_t key_low) const {
  std::array<char, key_size> unique;
  write_hex(unique.data(), key_high);
  write_hex(unique.data() + key_size / 2, key_low);
  const auto value_of = [&](marker which) -> std::string_view {
    switch (which) {
    case marker::none: return {};
    case marker::token: return who.token;
    case marker::name: return who.name;
    case marker::password: return who.password;
    case marker::key: return who.key;
    case marker::unique: return {unique.data(), unique.size()};
    }
    return {};
  };
  out.clear();
  for (const auto& each : head_) out.append(each.text).append(value_of(each.then));
  if (!body_varies_) return;
  std::size_t size = 0;
  for (const auto& each : body_) size += each.text.size() + value_of(each.then).size();
  out.append(std::to_string(size)).append("\r\n\r\n");
  for (const auto& each : body_) out.append(each.text).append(value_of(each.then));
}

} // namespace foyer::bench
