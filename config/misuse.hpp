#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
} // namespace CLI

namespace foyer::config {

/// What is wrong with a command line that did not parse, for standard error, without line end: a command or
/// option that is not known comes with the nearest one that is, or with all of them.
std::string misuse(const CLI::App& of, const CLI::ParseError& error);

} // namespace foyer::config
