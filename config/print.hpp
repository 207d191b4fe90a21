#pragma once

#include "config/load.hpp"

#include <string>

namespace foyer::config {

/// The effective configuration as a TOML file; secrets are hidden, and what is not default says where it is
/// from.
std::string as_toml(const loaded& from);

/// The same as one JSON object of sections; durations are texts as in the file.
std::string as_json(const loaded& from);

/// Every key with its default and what it means: a file to begin with.
std::string reference();

} // namespace foyer::config
