#include "storage/pg/binary.hpp"

namespace foyer::storage::pg {

void append_array_head(std::string& out, oid element, std::size_t count) {
  append_int(out, static_cast<std::int32_t>(count == 0 ? 0 : 1)); // dimensions
  append_int(out, std::int32_t{0});                               // no nulls
  append_int(out, element);
  if (count == 0) return;
  append_int(out, static_cast<std::int32_t>(count));
  append_int(out, std::int32_t{1}); // the first index
}

} // namespace foyer::storage::pg
