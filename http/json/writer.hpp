#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/money.hpp"
#include "actors/vocabulary/time.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace foyer::http::json {

/// Appends JSON to a string. Commas come by themselves; calls chain:
///
///   std::string body;
///   json::writer out(body);
///   out.begin_object().field("id", id).key("lines").begin_array();
///   for (const auto& line : lines) out.begin_object().field("quantity", line.quantity).end_object();
///   out.end_array().end_object();
///
/// It does not check that scopes are closed in order. Text that is not UTF-8 gets U+FFFD in place of the bad
/// bytes.
class writer {
public:
  explicit writer(std::string& out) noexcept : out_(&out) {}

  writer& begin_object();
  writer& end_object();
  writer& begin_array();
  writer& end_array();
  writer& key(std::string_view name);

  writer& value(std::string_view text);
  writer& value(const char* text) { return value(std::string_view(text)); }
  writer& value(const std::string& text) { return value(std::string_view(text)); }
  writer& value(bool);
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char>) writer& value(Integer number) {
    if constexpr (std::is_signed_v<Integer>) {
      return integer(static_cast<std::int64_t>(number));
    } else {
      return unsigned_integer(static_cast<std::uint64_t>(number));
    }
  }
  /// RFC 3339 in UTC with milliseconds: "2026-01-31T09:05:00.000Z". Years 0000 to 9999.
  writer& value(time_point);
  /// "2026-01-31".
  writer& value(const date&);
  template <class Value>
  writer& value(const std::optional<Value>& maybe) {
    return maybe ? value(*maybe) : null();
  }
  writer& value(const uuid&);
  template <class Tag>
  writer& value(const id<Tag>& of) {
    return value(of.value);
  }
  writer& null();
  /// JSON as it stands, such as a stored document. Empty counts as null.
  writer& raw(std::string_view json);
  /// {"amount": 2500, "currency": "EUR"}
  writer& value(const money&);

  template <class Value>
  writer& field(std::string_view name, const Value& content) {
    return key(name).value(content);
  }
  /// Null when the text is empty.
  writer& field_or_null(std::string_view name, std::string_view text) {
    return text.empty() ? key(name).null() : key(name).value(text);
  }
  /// Left out when the text is empty.
  writer& field_unless_empty(std::string_view name, std::string_view text) {
    return text.empty() ? *this : key(name).value(text);
  }
  /// Left out when there is none.
  template <class Value>
  writer& field_if(std::string_view name, const std::optional<Value>& maybe) {
    return maybe ? key(name).value(*maybe) : *this;
  }

private:
  writer& integer(std::int64_t);
  writer& unsigned_integer(std::uint64_t);
  void separate();

  std::string* out_;
  bool comma_ = false;
};

/// Appends the text with quotes, escaped.
void append_quoted(std::string& out, std::string_view text);
/// "2026-01-31T09:05:00.000Z"
std::string to_rfc3339(time_point);

} // namespace foyer::http::json
