#include "config/misuse.hpp"

#include "config/values.hpp"

#include <CLI/App.hpp>
#include <CLI/Error.hpp>

#include <string_view>
#include <vector>

namespace foyer::config {
namespace {

std::string list_of(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& each : words) out.append(out.empty() ? "" : ", ").append(each);
  return out;
}

// "no command x; did you mean y?", or all that there are.
std::string unknown(std::string_view what, std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  std::string out = "no " + std::string{what} + " \"" + std::string{word} + "\"";
  if (const auto near = nearest(word, candidates))
    return out + "; did you mean \"" + std::string{*near} + "\"?";
  return known.empty() ? out : out + "; there are " + list_of(known);
}

std::vector<std::string> commands_of(const CLI::App& of) {
  std::vector<std::string> out;
  for (const auto* each : of.get_subcommands([](const CLI::App*) { return true; }))
    out.push_back(each->get_name());
  return out;
}

std::vector<std::string> options_of(const CLI::App& of) {
  std::vector<std::string> out;
  for (const auto* each : of.get_options())
    for (const auto& name : each->get_lnames()) out.push_back("--" + name);
  return out;
}

} // namespace

std::string misuse(const CLI::App& of, const CLI::ParseError& error) {
  // The innermost command that was recognised, and what it could make nothing of.
  const CLI::App* at = &of;
  std::string name = of.get_name();
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    name += " " + at->get_name();
  }
  const auto help = "\nRun `" + name + " --help` for more.";
  const auto commands = commands_of(*at);
  for (const auto& word : of.remaining(true)) {
    if (word.starts_with("--"))
      return name + ": " + unknown("option", word.substr(0, word.find('=')), options_of(*at)) + help;
    if (!commands.empty()) return name + ": " + unknown("command", word, commands) + help;
  }
  if (error.get_name() == "RequiredError" && !commands.empty())
    return name + ": which command? There are " + list_of(commands) + help;
  return name + ": " + error.what() + help;
}

} // namespace foyer::config
