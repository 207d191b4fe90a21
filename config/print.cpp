#include "config/print.hpp"

#include "config/schema.hpp"

namespace foyer::config {

namespace {

/// A secret that is not set is shown, since that is no secret and often the answer.
std::string shown(const field& key, const settings& from) {
  auto value = value_as_toml(key, from);
  return key.secret && value != "\"\"" ? "\"(hidden)\"" : value;
}

} // namespace

std::string as_toml(const loaded& from) {
  std::string out;
  std::string_view section;
  for (const auto& key : schema()) {
    if (key.section() != section) {
      out += (section.empty() ? "[" : "\n[") + std::string{key.section()} + "]\n";
      section = key.section();
    }
    out += std::string{key.key()} + " = " + shown(key, from.value);
    if (const auto origin = from.origins.find(key.name); origin != from.origins.end())
      out += "  # " + origin->second;
    out += '\n';
  }
  return out;
}

std::string as_json(const loaded& from) {
  std::string out = "{";
  std::string_view section;
  for (const auto& key : schema()) {
    if (key.section() != section) {
      out += (section.empty() ? "\"" : "},\"") + std::string{key.section()} + "\":{";
      section = key.section();
    } else {
      out += ',';
    }
    // Values hold no control characters, so that a TOML value of these kinds is a JSON value too.
    out += "\"" + std::string{key.key()} + "\":" + shown(key, from.value);
  }
  return out + "}}\n";
}

std::string reference() {
  const settings defaults;
  std::string out;
  std::string_view section;
  for (const auto& key : schema()) {
    if (key.section() != section) {
      out += (section.empty() ? "[" : "\n[") + std::string{key.section()} + "]\n";
      section = key.section();
    }
    out += "# " + std::string{key.help} + "\n" + std::string{key.key()} + " = " +
           value_as_toml(key, defaults) + "\n";
  }
  return out;
}

} // namespace foyer::config
