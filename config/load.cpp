#include "config/load.hpp"

#include "config/assign.hpp"
#include "config/values.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <iterator>

extern char** environ;

namespace foyer::config {

namespace {

std::string suggestion(std::string_view wrong, const std::vector<std::string>& names) {
  const std::vector<std::string_view> candidates{names.begin(), names.end()};
  const auto near = nearest(wrong, candidates);
  return near ? "; did you mean " + std::string{*near} + "?" : "";
}

std::vector<std::string> all_names() {
  std::vector<std::string> out;
  for (const auto& key : schema()) out.emplace_back(key.name);
  return out;
}

/// Collects what the sources say; the first thing wrong with a key does not stop the others.
class loader {
public:
  loaded result;

  void file(const std::filesystem::path& path) {
    std::error_code ec;
    std::ifstream in{path, std::ios::binary};
    // A folder opens, but reading it fails.
    if (!in || std::filesystem::is_directory(path, ec)) {
      result.problems.push_back({path.string(), "cannot be read", 0});
      return;
    }
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    try {
      const auto document = toml::parse(text, path.string());
      for (const auto& [name, node] : document) section(path.string(), name, node);
      // A TOML table comes sorted by name; a person reads from the top.
      std::ranges::stable_sort(result.problems, {}, &problem::line);
    } catch (const toml::parse_error& e) {
      report(path.string(), e.source(), std::string{e.description()});
    }
  }

  void environment(const std::vector<std::pair<std::string, std::string>>& variables) {
    for (const auto& [name, text] : variables) {
      if (!name.starts_with("FOYER_") || name.find("__") == std::string::npos) continue;
      const auto where = "environment " + name;
      const field* key = nullptr;
      std::vector<std::string> names;
      for (const auto& candidate : schema()) {
        names.push_back(candidate.environment());
        if (names.back() == name) key = &candidate;
      }
      if (!key) {
        result.problems.push_back({where, "unknown key" + suggestion(name, names), 0});
        continue;
      }
      take(where, *key, assign_text(result.value, *key, text));
    }
  }

  void flags(const std::vector<std::pair<std::string, std::string>>& given) {
    for (const auto& [name, text] : given) {
      const auto where = "flag " + name;
      if (const auto* key = find_field(name)) {
        take(where, *key, assign_text(result.value, *key, text));
      } else {
        result.problems.push_back({where, "unknown key" + suggestion(name, all_names()), 0});
      }
    }
  }

  /// Without a public address of its own the server is reached where it listens.
  void derive() {
    auto& server = result.value.server;
    if (result.origins.contains("server.public_url") || !result.origins.contains("server.listen")) return;
    const auto listen = parse_host_port(server.listen);
    if (!listen) return;
    const bool anywhere = listen->host == "0.0.0.0" || listen->host == "::";
    const bool bare_v6 = listen->host.find(':') != std::string::npos;
    const auto host = anywhere ? "127.0.0.1" : bare_v6 ? "[" + listen->host + "]" : listen->host;
    server.public_url =
        (server.tls_key.empty() ? "http://" : "https://") + host + ":" + std::to_string(listen->port);
  }

  void together() {
    for (auto& [name, message] : check_together(result.value)) {
      const auto origin = result.origins.find(name);
      const auto where = origin == result.origins.end() ? std::string{"configuration"} : origin->second;
      result.problems.push_back({where, std::string{name} + ": " + message, 0});
    }
  }

private:
  static std::string at(const std::string& path, const toml::source_region& region) {
    return path + ":" + std::to_string(region.begin.line);
  }

  void report(const std::string& path, const toml::source_region& region, std::string message) {
    result.problems.push_back({at(path, region), std::move(message), region.begin.line});
  }

  void take(const std::string& where, const field& key, const std::optional<std::string>& refusal) {
    if (refusal) {
      result.problems.push_back({where, std::string{key.name} + " " + *refusal, 0});
    } else {
      result.origins[std::string{key.name}] = where;
    }
  }

  void section(const std::string& path, const toml::key& name, const toml::node& node) {
    std::vector<std::string> sections;
    for (const auto& key : schema())
      if (sections.empty() || sections.back() != key.section()) sections.emplace_back(key.section());
    const bool known = std::ranges::find(sections, name.str()) != sections.end();
    const auto* table = node.as_table();
    const std::string text{name.str()};
    if (!known && table)
      return report(path, name.source(), "unknown section [" + text + "]" + suggestion(text, sections));
    if (known && !table) return report(path, name.source(), "[" + text + "] must be a section");
    if (!known) {
      // A known key that stands above the first section is one whose section was forgotten.
      for (const auto& key : schema())
        if (key.key() == text)
          return report(path, name.source(),
                        text + " belongs into section [" + std::string{key.section()} + "]");
      return report(path, name.source(), "unknown key " + text + suggestion(text, sections));
    }
    for (const auto& [key, value] : *table) entry(path, text, key, value);
  }

  void entry(const std::string& path, const std::string& section, const toml::key& name,
             const toml::node& node) {
    const auto full = section + "." + std::string{name.str()};
    const auto* key = find_field(full);
    if (!key) return report(path, name.source(), "unknown key " + full + suggestion(full, all_names()));
    typed_value value = false;
    if (const auto* text = node.as_string()) {
      value = text->get();
    } else if (const auto* number = node.as_integer()) {
      value = number->get();
    } else if (const auto* flag = node.as_boolean()) {
      value = flag->get();
    } else if (const auto* list = node.as_array()) {
      std::vector<std::string> items;
      // An item that is no text becomes an empty one, which is refused as such.
      for (const auto& item : *list) items.push_back(item.value_or(std::string{}));
      value = std::move(items);
    } else if (std::holds_alternative<boolean_field>(key->kind)) {
      // Dates, fractions and tables fit no key; only a switch would take the `false` above.
      value = std::string{};
    }
    if (const auto refusal = assign(result.value, *key, value)) {
      report(path, name.source(), full + " " + *refusal);
    } else {
      result.origins[full] = at(path, name.source());
    }
  }
};

} // namespace

loaded load(const sources& from) {
  loader all;
  if (from.file) all.file(*from.file);
  all.environment(from.environment);
  all.flags(from.flags);
  all.derive();
  // Between keys only what is right in itself can be judged.
  if (all.result.problems.empty()) all.together();
  return std::move(all.result);
}

std::vector<std::pair<std::string, std::string>> process_environment() {
  std::vector<std::pair<std::string, std::string>> out;
  for (char** variable = environ; *variable; ++variable) {
    const std::string_view text{*variable};
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) out.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

} // namespace foyer::config
