#pragma once

#include "storage/pg/binary.hpp"
#include "storage/pg/failure.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct pg_result; // libpq's PGresult

namespace foyer::storage::pg {

/// What one statement gave: rows in binary form, or a failure. Owns libpq's result.
class rows {
public:
  rows() = default;
  explicit rows(pg_result* owned) noexcept : result_(owned) {}

  /// Rows (perhaps none), or a command that was done.
  [[nodiscard]] bool ok() const noexcept;
  /// Not tried, because a statement before it in the same Sync failed.
  [[nodiscard]] bool skipped() const noexcept;
  /// Meaningful only when neither ok nor skipped.
  [[nodiscard]] failure error() const;

  [[nodiscard]] int size() const noexcept;
  [[nodiscard]] int columns() const noexcept;

  /// One value; nullopt is null.
  [[nodiscard]] std::optional<std::string_view> raw(int row, int column) const noexcept;

private:
  struct clear {
    void operator()(pg_result* result) const noexcept;
  };
  std::unique_ptr<pg_result, clear> result_;
};

/// Reads one row column by column, in the order of the select list:
/// `row_reader{rows, 0}.into(id, name, balance)`. Null becomes an empty text, an empty vector or nullopt;
/// anywhere else null, or a value of another size than the type's, is a mistake of ours in the query and
/// throws std::logic_error.
class row_reader {
public:
  row_reader(const rows& from, int row) noexcept : rows_(from), row_(row) {}

  template <class... T>
  void into(T&... columns) {
    (read(columns), ...);
  }
  template <class T>
  T next() {
    T out{};
    read(out);
    return out;
  }
  /// Leaves so many columns out.
  void skip(int columns) noexcept { column_ += columns; }

private:
  void read(bool& out);
  void read(std::int64_t& out);
  void read(std::int32_t& out); // integer or smallint
  void read(std::string& out);
  void read(uuid& out);
  void read(sha256_hash& out);
  void read(time_point& out);
  void read(date& out);
  void read(std::vector<std::string>& out);
  void read(std::vector<uuid>& out);
  void read(std::vector<std::int32_t>& out);
  void read(std::vector<std::int64_t>& out);
  template <class Integer>
  void read_numbers(std::vector<Integer>& out);
  template <class Tag>
  void read(id<Tag>& out) {
    read(out.value);
  }
  template <class Tag>
  void read(std::vector<id<Tag>>& out) {
    std::vector<uuid> raw;
    read(raw);
    out.clear();
    for (const auto& each : raw) out.emplace_back(each);
  }
  template <class T>
  void read(std::optional<T>& out) {
    out.reset();
    if (!rows_.raw(row_, column_)) {
      ++column_;
      return;
    }
    read(out.emplace());
  }

  std::string_view bytes(std::size_t size);
  [[noreturn]] void mistake(const char* what) const;

  const rows& rows_;
  int row_;
  int column_ = 0;
};

} // namespace foyer::storage::pg
