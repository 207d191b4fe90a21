#pragma once

#include <optional>
#include <string_view>

namespace foyer::mail {

/// The content of mail/templates/NAME.mustache without its last line end, as it was when the program was
/// built; NAME is such as "fr/confirmation.html". Any thread.
std::optional<std::string_view> template_file(std::string_view name);

} // namespace foyer::mail
