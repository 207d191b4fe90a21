#include "storage/token_names.hpp"

#include <array>

namespace foyer::storage {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 7> names{"confirmation", "password_reset", "email_change",
                                                "email_undo",   "space_code",     "staff_welcome",
                                                "invitation"};

} // namespace

std::string_view name_of(token_purpose purpose) noexcept {
  return names[static_cast<std::size_t>(purpose)];
}

token_purpose purpose_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<token_purpose>(i);
  }
  return token_purpose::confirmation;
}

} // namespace foyer::storage
