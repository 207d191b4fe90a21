#pragma once

#include "bench/options.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace foyer::bench {

// Fills in what the scenario decides where nothing was said. said: how often an option, "--rate", was given.
void choose_defaults(const std::function<std::size_t(const char*)>& said, options& to);

// Why options do not make sense together; empty: they do. Opens the files that the run will write, so that a
// wrong path is heard of before it.
std::string contradiction(const std::function<std::size_t(const char*)>& said, const options& wanted);

// Reads one `LOGIN PASSWORD` a line, or one token a line; what is wrong with the file, or empty.
std::string read_accounts(const std::string& path, std::vector<login_pair>& to);
std::string read_tokens(const std::string& path, std::vector<std::string>& to);

} // namespace foyer::bench
