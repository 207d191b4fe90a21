#include "http/server/chunk_decoder.hpp"

#include "http/encoding.hpp"

#include <algorithm>

namespace foyer::http {
namespace {

/// Enough for bodies of 4 GiB; more digits only serve to overflow somebody's integer.
constexpr std::size_t digits_max = 8;
/// Nobody needs extensions; without a limit they would be bytes that body_max does not count.
constexpr std::size_t extension_bytes_max = 256;

bool is_visible(char c) noexcept {
  return c == '\t' || (c >= 0x20 && c < 0x7F);
}

} // namespace

chunk_decoder::progress chunk_decoder::feed(std::string_view& input, std::string& body) {
  while (!input.empty()) {
    if (state_ == state::data) {
      const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
      body.append(input.substr(0, part));
      input.remove_prefix(part);
      left_ -= part;
      if (left_ == 0) state_ = state::data_cr;
      continue;
    }
    const char next = input.front();
    input.remove_prefix(1);
    const bool begins_data = state_ == state::size_lf;
    const auto result = step(next);
    if (result != progress::more) return result;
    if (begins_data && left_ > body_max_ - body.size()) return progress::too_large;
  }
  return progress::more;
}

chunk_decoder::progress chunk_decoder::step(char next) {
  const auto expect = [&](char wanted, state then) {
    state_ = then;
    return next == wanted ? progress::more : progress::malformed;
  };
  switch (state_) {
  case state::size: {
    if (const int digit = hex_value(next); digit >= 0) {
      left_ = left_ * 16 + static_cast<unsigned>(digit);
      return ++digits_ <= digits_max ? progress::more : progress::malformed;
    }
    if (digits_ == 0) return progress::malformed;
    state_ = next == ';' ? state::extension : state::size_lf;
    return next == ';' || next == '\r' ? progress::more : progress::malformed;
  }
  case state::extension:
    if (next == '\r') {
      state_ = state::size_lf;
      return progress::more;
    }
    return is_visible(next) && ++extension_bytes_ <= extension_bytes_max ? progress::more
                                                                         : progress::malformed;
  case state::size_lf: digits_ = 0; return expect('\n', left_ == 0 ? state::last_cr : state::data);
  case state::data_cr: return expect('\r', state::data_lf);
  case state::data_lf: return expect('\n', state::size);
  case state::last_cr: return expect('\r', state::last_lf); // a trailer field would begin here
  case state::last_lf: return next == '\n' ? progress::done : progress::malformed;
  case state::data: break;
  }
  return progress::malformed;
}

} // namespace foyer::http
