#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/money.hpp"
#include "actors/vocabulary/time.hpp"
#include "http/problem.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::http {
class request;
}

namespace foyer::http::json {

/// Length limits of a text in code points. Where it must not be empty, white space alone is as good as
/// nothing.
struct length {
  std::size_t min = 1;
  std::size_t max = 200;
  /// Tab and line feed are allowed; other control characters never are.
  bool lines = false;
  /// White space at both ends goes, and the rest is composed (NFC): names, titles.
  bool tidy = false;
};

/// Of people.
inline constexpr length a_name{.max = 100, .tidy = true};

struct range {
  std::int64_t min = 0;
  std::int64_t max = INT64_MAX;
};

/// The amounts that a request may name at all (vocabulary/money.hpp).
inline constexpr range all_amounts{-largest_amount, largest_amount};
inline constexpr range positive_amounts{1, largest_amount};

/// How many items a list may have.
struct count {
  std::size_t min = 0;
  std::size_t max = 100;
};

struct document;

/// One object of a body. A small handle; good as long as its reader. Every getter notes what is wrong with
/// its field and then returns an empty value, so that a handler reads like a form and asks finish() once.
/// Optional getters take null for absent. Fields that nobody asked for are errors.
class object {
public:
  /// One that was not sent.
  object() noexcept = default;
  /// False for an optional object that was not sent; then its getters return empty values and note nothing.
  explicit operator bool() const noexcept { return index_ != absent; }
  /// The field was sent, even as null. Does not count as asking for it.
  bool has(std::string_view name) const noexcept;
  /// The field was sent as null.
  bool is_null(std::string_view name) const noexcept;

  std::string text(std::string_view name, length = {}) const;
  std::optional<std::string> optional_text(std::string_view name, length = {}) const;
  std::int64_t integer(std::string_view name, range = {}) const;
  std::optional<std::int64_t> optional_integer(std::string_view name, range = {}) const;
  bool boolean(std::string_view name) const;
  std::optional<bool> optional_boolean(std::string_view name) const;
  bool boolean_or(std::string_view name, bool otherwise) const;
  /// The money object, nothing else in it. Another currency is the caller's matter: 422 `currency_mismatch`.
  foyer::money money(std::string_view name, range = all_amounts) const;
  std::optional<foyer::money> optional_money(std::string_view name, range = all_amounts) const;
  foyer::uuid uuid(std::string_view name) const;
  std::optional<foyer::uuid> optional_uuid(std::string_view name) const;
  foyer::date date(std::string_view name) const;
  std::optional<foyer::date> optional_date(std::string_view name) const;
  /// RFC 3339 with any offset; years 1970 to 9999; finer than microseconds is cut off.
  time_point time(std::string_view name) const;
  std::optional<time_point> optional_time(std::string_view name) const;
  /// One of these words, as its position; the error is `invalid`.
  std::size_t choice(std::string_view name, std::initializer_list<std::string_view> words) const;
  std::optional<std::size_t> optional_choice(std::string_view name,
                                             std::initializer_list<std::string_view> words) const;

  object child(std::string_view name) const;
  object optional_child(std::string_view name) const;
  /// A list of objects; absent or null is an error if min > 0, else an empty list.
  std::vector<object> objects(std::string_view name, count = {}) const;
  std::vector<std::string> texts(std::string_view name, count = {}, length = {}) const;
  std::vector<foyer::uuid> uuids(std::string_view name, count = {}) const;
  /// {"key": "value"} with any keys (each 1 to 64 code points); absent gives an empty map.
  std::map<std::string, std::string> text_map(std::string_view name, count = {}, length = {}) const;
  /// The field as JSON text, checked only for well-formedness and depth; "" when absent.
  std::string raw(std::string_view name) const;

  /// Names of the fields sent, for records that take any subset.
  std::vector<std::string_view> names() const;
  /// Notes an error that only the handler can see: note("email", "invalid").
  void note(std::string_view name, std::string_view code) const;
  /// Takes a field that is known but may not be changed: notes `read_only` when it was sent.
  void refuse(std::string_view name, std::string_view code = "read_only") const;

private:
  friend class reader;
  friend struct document;
  static constexpr std::size_t absent = SIZE_MAX;
  object(document* owner, std::size_t index) noexcept : document_(owner), index_(index) {}

  document* document_ = nullptr;
  std::size_t index_ = absent;
};

/// How deep bodies may be nested from now on (http.json_depth_max); 32 until it is called. Any thread.
void set_depth_max(std::size_t) noexcept;

/// The body of a request: one JSON object, not nested deeper than set_depth_max() says, no key twice, strict
/// UTF-8.
///
///   json::reader form(request);
///   const auto email = form->text("email", {.max = 254});
///   const auto newsletter = form->boolean_or("newsletter", false);
///   if (auto bad = form.finish()) co_return *bad;
class reader {
public:
  /// Wants Content-Type application/json (else 415 `unsupported_media_type`).
  explicit reader(const request&);
  explicit reader(std::string_view body);
  ~reader();
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;

  const object* operator->() const noexcept { return &root_; }
  const object& operator*() const noexcept { return root_; }
  /// 400 `malformed` when the body is not a JSON object; 422 `invalid` with every bad field. Call it after
  /// the last getter and before using what they returned.
  std::optional<problem> finish();

private:
  std::unique_ptr<document> document_;
  object root_;
};

/// Parsers for values outside of bodies (path, query; ids: foyer::parse_uuid); nullopt when it is not exactly
/// that form.
std::optional<date> parse_date(std::string_view text) noexcept;
std::optional<time_point> parse_time(std::string_view text) noexcept;
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

} // namespace foyer::http::json
