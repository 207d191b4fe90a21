#pragma once

#include "actors/vocabulary/errc.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace foyer {

/// One bad field of a request, in problem+json's `errors`: a JSON pointer and a short stable code.
struct field_error {
  std::string field;
  std::string code;
};

/// Why something was not done: an expected answer, not a failure of the program.
struct refusal {
  errc code = errc::unavailable;
  std::string detail;
  std::vector<field_error> fields;
  std::optional<std::int64_t> room;                // of floor_exceeded: minor units left above the floor
  std::optional<std::int64_t> retry_after_seconds; // of rate_limited and unavailable

  refusal() = default;
  refusal(errc why) : code(why) {} // NOLINT: a code alone is the usual refusal
  refusal(errc why, std::string text) : code(why), detail(std::move(text)) {}
};

/// A value or the reason why there is none.
template <class T>
class outcome {
public:
  outcome(T value) : content_(std::in_place_index<0>, std::move(value)) {}   // NOLINT
  outcome(refusal why) : content_(std::in_place_index<1>, std::move(why)) {} // NOLINT
  outcome(errc why) : content_(std::in_place_index<1>, refusal{why}) {}      // NOLINT

  [[nodiscard]] bool ok() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] T& value() { return std::get<0>(content_); }
  [[nodiscard]] const T& value() const { return std::get<0>(content_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  [[nodiscard]] refusal& error() { return std::get<1>(content_); }
  [[nodiscard]] const refusal& error() const { return std::get<1>(content_); }

private:
  std::variant<T, refusal> content_;
};

/// The value of an outcome that carries none.
struct done {};

} // namespace foyer
