#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

// Which passwords are accepted (QUALITY, "passwords"): length alone, and not one that everybody tries first.
// Pure.

namespace foyer::password {

struct policy {
  std::size_t length_min = 12; // code points
  std::size_t length_max = 128;
};

enum class weakness {
  none,
  too_short,
  too_long,
  common,  // among the commonest, also with digits and signs around or letters exchanged
  pattern, // a sequence, a row of keys, one thing repeated
  personal // the e-mail address, the username or a name that goes with it
};

/// `personal` has what the password must not be: e-mail, its local part, username, names, the organisation's
/// name.
weakness check(std::string_view password, const policy& with, std::span<const std::string> personal);

/// A stable word: too_short, too_long, common, pattern, personal.
std::string_view to_string(weakness of) noexcept;

} // namespace foyer::password
