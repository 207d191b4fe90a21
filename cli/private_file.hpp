#pragma once

#include "actors/vocabulary/outcome.hpp"

#include <string>
#include <string_view>

namespace foyer::cli {

/// A file that its owner alone may read, whole or not there at all: written beside and then renamed. Refused:
/// a sentence for the operator.
outcome<done> write_private_file(const std::string& path, std::string_view text);

} // namespace foyer::cli
