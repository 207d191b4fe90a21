#pragma once

#include "config/schema.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace foyer::config {

/// A value as its source gives it. The TOML file knows types; environment and flags have text only.
using typed_value = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

/// Puts a typed value in place. Returns what is wrong with it, and then changes nothing.
std::optional<std::string> assign(settings& target, const field& key, const typed_value& value);

/// The same for text: numbers, switches and durations are read from it; a list is separated by commas.
std::optional<std::string> assign_text(settings& target, const field& key, std::string_view text);

/// What is wrong between the keys, such as a certificate without its key. Each with the key to blame.
std::vector<std::pair<std::string_view, std::string>> check_together(const settings& s);

} // namespace foyer::config
