#pragma once

#include <string>
#include <string_view>

namespace foyer::storage::pg {

/// Why PostgreSQL did not do something, or why it could not be reached (then `sqlstate` is empty).
struct failure {
  std::string sqlstate;   // five characters (PostgreSQL documentation, appendix A)
  std::string constraint; // of integrity violations
  std::string message;    // primary message, without line break
  std::string detail;

  /// The first two characters of the SQLSTATE.
  [[nodiscard]] std::string_view sqlstate_class() const { return std::string_view{sqlstate}.substr(0, 2); }
};

} // namespace foyer::storage::pg
