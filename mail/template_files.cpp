#include "mail/template_files.hpp"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace foyer::mail {

// Made by the build (foyer_embed).
std::vector<std::pair<std::string_view, std::string_view>> templates_fr();
std::vector<std::pair<std::string_view, std::string_view>> templates_en();
std::vector<std::pair<std::string_view, std::string_view>> templates_layout();

namespace {

using file_map = std::map<std::string, std::string_view, std::less<>>;

file_map all_files() {
  constexpr std::string_view suffix = ".mustache";
  file_map out;
  auto take = [&](std::string_view folder, const auto& files) {
    for (auto [name, content] : files) {
      if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
      if (content.ends_with('\n')) content.remove_suffix(1);
      out.emplace(std::string(folder) + "/" + std::string(name), content);
    }
  };
  take("fr", templates_fr());
  take("en", templates_en());
  take("layout", templates_layout());
  return out;
}

} // namespace

std::optional<std::string_view> template_file(std::string_view name) {
  static const file_map files = all_files();
  const auto found = files.find(name);
  if (found == files.end()) return std::nullopt;
  return found->second;
}

} // namespace foyer::mail
