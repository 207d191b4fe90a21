#pragma once

#include "storage/pg/binary.hpp"

#include <span>
#include <string>
#include <vector>

namespace foyer::storage::pg {

/// A statement's parameters in binary form, one after the other in one buffer that is kept for the next use.
/// Not thread-safe.
class params {
public:
  /// Forgets the values, keeps the memory.
  void clear() noexcept {
    buffer_.clear();
    starts_.clear();
  }

  template <class T>
  params& add(const T& value) {
    append_value(next(), value);
    return *this;
  }
  template <class T>
  params& add(const std::optional<T>& value) {
    if (value) return add(*value);
    return null();
  }
  params& null() {
    starts_.push_back({buffer_.size(), true});
    return *this;
  }
  /// The next parameter is an array of `rows` rows of the composite type `element`; write them before
  /// anything else.
  record_array records(oid element, std::size_t rows) { return {next(), element, rows}; }

  [[nodiscard]] int count() const noexcept { return static_cast<int>(starts_.size()); }
  /// What PQsendQueryPrepared takes; valid until the next change.
  [[nodiscard]] const char* const* values() const;
  [[nodiscard]] const int* lengths() const;
  [[nodiscard]] const int* formats() const;

private:
  struct mark {
    std::size_t at;
    bool null;
  };

  std::string& next() {
    starts_.push_back({buffer_.size(), false});
    return buffer_;
  }

  std::string buffer_;
  std::vector<mark> starts_;
  mutable std::vector<const char*> values_;
  mutable std::vector<int> lengths_;
  mutable std::vector<int> formats_;
};

} // namespace foyer::storage::pg
