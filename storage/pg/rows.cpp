#include "storage/pg/rows.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <stdexcept>

namespace foyer::storage::pg {
namespace {

std::string field(const PGresult* result, int code) {
  const auto* text = PQresultErrorField(result, code);
  return text != nullptr ? text : "";
}

template <class Int>
Int int_at(std::string_view bytes) noexcept {
  Int wire{};
  std::memcpy(&wire, bytes.data(), sizeof wire);
  return to_network(wire);
}

/// Calls `each` with the bytes of every element of a one-dimensional array; false when it is none, or has
/// nulls.
template <class Each>
bool walk_array(std::string_view bytes, Each each) {
  if (bytes.size() < 12) return false;
  const auto dimensions = int_at<std::int32_t>(bytes);
  if (dimensions == 0) return true;
  if (dimensions != 1 || bytes.size() < 20) return false;
  const auto count = int_at<std::int32_t>(bytes.substr(12));
  bytes.remove_prefix(20);
  for (std::int32_t i = 0; i < count; ++i) {
    if (bytes.size() < 4) return false;
    const auto size = int_at<std::int32_t>(bytes);
    bytes.remove_prefix(4);
    if (size < 0 || bytes.size() < static_cast<std::size_t>(size)) return false;
    if (!each(bytes.substr(0, static_cast<std::size_t>(size)))) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

} // namespace

void rows::clear::operator()(pg_result* result) const noexcept {
  PQclear(result);
}

bool rows::ok() const noexcept {
  const auto status = PQresultStatus(result_.get());
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

bool rows::skipped() const noexcept {
  return PQresultStatus(result_.get()) == PGRES_PIPELINE_ABORTED;
}

failure rows::error() const {
  const auto* result = result_.get();
  failure out{field(result, PG_DIAG_SQLSTATE), field(result, PG_DIAG_CONSTRAINT_NAME),
              field(result, PG_DIAG_MESSAGE_PRIMARY), field(result, PG_DIAG_MESSAGE_DETAIL)};
  if (out.message.empty()) {
    out.message = PQresultErrorMessage(result);
    while (!out.message.empty() && out.message.back() == '\n') out.message.pop_back();
  }
  return out;
}

int rows::size() const noexcept {
  return result_ ? PQntuples(result_.get()) : 0;
}
int rows::columns() const noexcept {
  return result_ ? PQnfields(result_.get()) : 0;
}

std::optional<std::string_view> rows::raw(int row, int column) const noexcept {
  if (column >= columns() || row >= size() || PQgetisnull(result_.get(), row, column) != 0)
    return std::nullopt;
  return std::string_view{PQgetvalue(result_.get(), row, column),
                          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

void row_reader::mistake(const char* what) const {
  throw std::logic_error("column " + std::to_string(column_) + " of a query's result: " + what);
}

std::string_view row_reader::bytes(std::size_t size) {
  const auto value = rows_.raw(row_, column_);
  if (!value) mistake("null or missing");
  if (value->size() != size) mistake("not of the type that is read");
  ++column_;
  return *value;
}

void row_reader::read(bool& out) {
  out = bytes(1)[0] != '\0';
}
void row_reader::read(std::int64_t& out) {
  out = int_at<std::int64_t>(bytes(8));
}

void row_reader::read(std::int32_t& out) {
  const auto value = rows_.raw(row_, column_);
  out = value && value->size() == 2 ? int_at<std::int16_t>(bytes(2)) : int_at<std::int32_t>(bytes(4));
}

void row_reader::read(std::string& out) {
  if (column_ >= rows_.columns()) mistake("missing");
  out = rows_.raw(row_, column_).value_or(std::string_view{});
  ++column_;
}

void row_reader::read(uuid& out) {
  std::ranges::copy(bytes(16), out.bytes.begin());
}
void row_reader::read(sha256_hash& out) {
  std::ranges::copy(bytes(32), out.begin());
}

void row_reader::read(time_point& out) {
  out = time_point{std::chrono::microseconds{int_at<std::int64_t>(bytes(8)) + epoch_offset_us}};
}

void row_reader::read(date& out) {
  const auto days = int_at<std::int32_t>(bytes(4)) + epoch_offset_days;
  out = date{std::chrono::sys_days{std::chrono::days{days}}};
}

void row_reader::read(std::vector<std::string>& out) {
  out.clear();
  if (const auto value = rows_.raw(row_, column_); value) {
    if (!walk_array(*value, [&](std::string_view element) { return out.emplace_back(element), true; }))
      mistake("not an array of texts");
  }
  ++column_;
}

void row_reader::read(std::vector<uuid>& out) {
  out.clear();
  if (const auto value = rows_.raw(row_, column_); value) {
    const auto add = [&](std::string_view element) {
      if (element.size() != 16) return false;
      std::ranges::copy(element, out.emplace_back().bytes.begin());
      return true;
    };
    if (!walk_array(*value, add)) mistake("not an array of uuids");
  }
  ++column_;
}

void row_reader::read(std::vector<std::int32_t>& out) {
  read_numbers(out);
}
void row_reader::read(std::vector<std::int64_t>& out) {
  read_numbers(out);
}

template <class Integer>
void row_reader::read_numbers(std::vector<Integer>& out) {
  out.clear();
  if (const auto value = rows_.raw(row_, column_); value) {
    const auto add = [&](std::string_view element) {
      if (element.size() != sizeof(Integer)) return false;
      out.push_back(int_at<Integer>(element));
      return true;
    };
    if (!walk_array(*value, add)) mistake("not an array of these numbers");
  }
  ++column_;
}

} // namespace foyer::storage::pg
