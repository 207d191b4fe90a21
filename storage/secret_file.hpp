#pragma once

#include "actors/vocabulary/outcome.hpp"
#include "actors/vocabulary/secret.hpp"

#include <filesystem>

namespace foyer::storage {

/// Reads security.secret_file, or makes it at the first start: 32 random bytes as text, mode 0600. A file
/// that others may read, or that is too short, is refused with a sentence for the operator. Blocking.
outcome<server_secret> load_secret(const std::filesystem::path& file);

} // namespace foyer::storage
