#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/secret.hpp"
#include "actors/vocabulary/time.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// PostgreSQL's binary format of the types that Foyer stores (backend/utils/adt/*.c, the …send and …recv
// functions): network byte order, times as microseconds and dates as days since 2000-01-01.

namespace foyer::storage::pg {

using oid = std::uint32_t;

/// Object ids of PostgreSQL's own types; they never change (catalog/pg_type.dat).
namespace type {
inline constexpr oid boolean = 16;
inline constexpr oid bytea = 17;
inline constexpr oid int8 = 20;
inline constexpr oid int2 = 21;
inline constexpr oid int4 = 23;
inline constexpr oid text = 25;
inline constexpr oid text_array = 1009;
inline constexpr oid date = 1082;
inline constexpr oid timestamptz = 1184;
inline constexpr oid uuid = 2950;
inline constexpr oid uuid_array = 2951;
} // namespace type

/// Microseconds from 1970-01-01 to 2000-01-01.
inline constexpr std::int64_t epoch_offset_us = 946'684'800'000'000;
/// Days from 1970-01-01 to 2000-01-01.
inline constexpr std::int32_t epoch_offset_days = 10'957;

/// A value for a `smallint` column.
struct small {
  std::int16_t value = 0;
};
inline small as_small(int value) noexcept {
  return {static_cast<std::int16_t>(value)};
}

/// Commits spell "none" as an empty text where the column is null.
inline std::optional<std::string_view> none_if_empty(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  return text;
}

template <std::integral Int>
Int to_network(Int value) noexcept {
  if constexpr (sizeof(Int) == 8)
    return static_cast<Int>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
  else if constexpr (sizeof(Int) == 4)
    return static_cast<Int>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
  else if constexpr (sizeof(Int) == 2)
    return static_cast<Int>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
  else
    return value;
}

template <std::integral Int>
void append_int(std::string& out, Int value) {
  const auto wire = to_network(value);
  char bytes[sizeof wire];
  std::memcpy(bytes, &wire, sizeof wire);
  out.append(bytes, sizeof wire);
}

// append_value: one value without its length; type_of: the type that it is.
// -------------------------------------

inline void append_value(std::string& out, std::int64_t value) {
  append_int(out, value);
}
inline void append_value(std::string& out, std::int32_t value) {
  append_int(out, value);
}
inline void append_value(std::string& out, small value) {
  append_int(out, value.value);
}
inline void append_value(std::string& out, bool value) {
  out.push_back(value ? '\1' : '\0');
}
inline void append_value(std::string& out, std::string_view value) {
  out.append(value);
}
inline void append_value(std::string& out, const std::string& value) {
  out.append(value);
}
inline void append_value(std::string& out, const char* value) {
  out.append(value);
}
inline void append_value(std::string& out, const uuid& value) {
  out.append(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
}
template <class Tag>
void append_value(std::string& out, const id<Tag>& value) {
  append_value(out, value.value);
}
inline void append_value(std::string& out, const sha256_hash& value) {
  out.append(reinterpret_cast<const char*>(value.data()), value.size());
}
inline void append_value(std::string& out, time_point value) {
  append_int(out, static_cast<std::int64_t>(value.time_since_epoch().count()) - epoch_offset_us);
}
inline void append_value(std::string& out, const date& value) {
  const auto days = std::chrono::sys_days{value}.time_since_epoch().count();
  append_int(out, static_cast<std::int32_t>(days) - epoch_offset_days);
}

inline constexpr oid type_of(std::int64_t) noexcept {
  return type::int8;
}
inline constexpr oid type_of(std::int32_t) noexcept {
  return type::int4;
}
inline constexpr oid type_of(small) noexcept {
  return type::int2;
}
inline constexpr oid type_of(bool) noexcept {
  return type::boolean;
}
inline constexpr oid type_of(std::string_view) noexcept {
  return type::text;
}
inline constexpr oid type_of(const std::string&) noexcept {
  return type::text;
}
inline constexpr oid type_of(const char*) noexcept {
  return type::text;
}
inline constexpr oid type_of(const uuid&) noexcept {
  return type::uuid;
}
template <class Tag>
constexpr oid type_of(const id<Tag>&) noexcept {
  return type::uuid;
}
inline constexpr oid type_of(const sha256_hash&) noexcept {
  return type::bytea;
}
inline constexpr oid type_of(time_point) noexcept {
  return type::timestamptz;
}
inline constexpr oid type_of(const date&) noexcept {
  return type::date;
}

/// Head of a one-dimensional array without nulls; an empty one has no dimension.
void append_array_head(std::string& out, oid element, std::size_t count);

/// An array of scalars: text[], uuid[], bigint[].
template <class T>
void append_array(std::string& out, std::span<const T> values) {
  append_array_head(out, type_of(T{}), values.size());
  for (const auto& value : values) {
    const auto at = out.size();
    append_int(out, std::int32_t{0});
    append_value(out, value);
    const auto size = to_network(static_cast<std::int32_t>(out.size() - at - 4));
    std::memcpy(out.data() + at, &size, 4);
  }
}
template <class T>
void append_value(std::string& out, const std::vector<T>& values) {
  append_array<T>(out, std::span<const T>{values});
}
template <class T>
requires std::same_as<T, std::string>
constexpr oid array_type_of() noexcept {
  return type::text_array;
}
template <class T>
requires(!std::same_as<T, std::string>) constexpr oid array_type_of() noexcept {
  return type::uuid_array;
}
template <class T>
constexpr oid type_of(const std::vector<T>&) noexcept {
  return array_type_of<T>();
}

/// Writes an array of a composite type, row by row: `row(a, b, c)` in the order of the type's columns. The
/// receiving side checks every column's type, so that a row that does not fit its table is refused, never
/// misread.
class record_array {
public:
  /// `rows` must be the number of calls of row() that follow.
  record_array(std::string& out, oid element, std::size_t rows) : out_(out) {
    append_array_head(out, element, rows);
  }

  template <class... Columns>
  void row(const Columns&... columns) {
    const auto at = out_.size();
    append_int(out_, std::int32_t{0});
    append_int(out_, static_cast<std::int32_t>(sizeof...(columns)));
    (column(columns), ...);
    const auto size = to_network(static_cast<std::int32_t>(out_.size() - at - 4));
    std::memcpy(out_.data() + at, &size, 4);
  }

private:
  template <class T>
  void column(const T& value) {
    const auto at = out_.size();
    const std::uint32_t head[2] = {to_network(type_of(value)), 0};
    char bytes[8];
    std::memcpy(bytes, head, 8);
    out_.append(bytes, 8);
    append_value(out_, value);
    const auto size = to_network(static_cast<std::int32_t>(out_.size() - at - 8));
    std::memcpy(out_.data() + at + 4, &size, 4);
  }
  template <class T>
  void column(const std::optional<T>& value) {
    if (value) return column(*value);
    append_int(out_, static_cast<std::int32_t>(type_of(T{})));
    append_int(out_, std::int32_t{-1});
  }

  std::string& out_;
};

} // namespace foyer::storage::pg
