#pragma once

#include "storage/journal_batch.hpp"
#include "storage/pg/connection.hpp"

#include <map>
#include <string>

namespace foyer::storage {

/// Kinds of hot rows, as bits: what a batch has of them is its shape.
namespace hot {
inline constexpr unsigned wallet_updates = 1;
inline constexpr unsigned new_wallets = 2;
inline constexpr unsigned entries = 4;
inline constexpr unsigned invoices = 8; // orders that become one in this batch (O7)
inline constexpr unsigned orders = 16;  // with lines and payments
inline constexpr unsigned tickets = 32;
inline constexpr unsigned stock = 64;
inline constexpr unsigned keys = 128;
inline constexpr unsigned mails = 256;
inline constexpr unsigned deadlines = 512;
inline constexpr unsigned all = 1023;
} // namespace hot

/// Pure.
unsigned shape_of(const journal_batch& batch);

/// The one statement for all hot rows of a batch of this shape and for the journal's own row, that makes its
/// outcome exact. Its parameters come in the order of encode_hot. Whatever the shape, it raises FY001 unless
/// the journal's row had this epoch and every wallet and offer that it changes was as expected.
std::string hot_sql(unsigned shape);

/// The statements of one journal's connection. PostgreSQL starts every part of a statement, also those
/// without rows, which took longer than the rows of a small batch; so there is one for each shape that
/// occurs, prepared when it does. Not thread-safe.
class hot_statements {
public:
  /// So many are prepared on a connection, each with a plan of some 200 KiB; further shapes take the whole
  /// one.
  static constexpr std::size_t prepared_max = 32;

  struct one {
    unsigned shape = 0;
    std::string name;
    std::string sql;
    pg::statement statement{};
    bool prepared = false; // to be set by whoever prepared it
  };

  hot_statements();
  hot_statements(const hot_statements&) = delete;
  hot_statements& operator=(const hot_statements&) = delete;

  /// The statement for such a batch; lives as long as this. Its shape may be wider than the one asked for.
  one& at(unsigned shape);
  /// For any batch.
  one& whole() { return at(hot::all); }
  /// A new connection knows none.
  void forget();

private:
  std::map<unsigned, one> known_; // nodes stay where they are
};

} // namespace foyer::storage
