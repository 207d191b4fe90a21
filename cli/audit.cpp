#include "storage/audit.hpp"

#include "actors/vocabulary/json_text.hpp"
#include "cli/checkpoint.hpp"
#include "cli/commands.hpp"
#include "cli/database.hpp"

#include <cstdio>

namespace foyer::cli {
namespace {

/// Not exit_failure: "there are violations" and "nobody looked" must not be taken for each other.
constexpr int exit_not_checked = 3;

int not_checked(const std::string& sentence) {
  fail("could not check: " + sentence);
  return exit_not_checked;
}

void print_json(const std::vector<storage::violation>& found) {
  std::printf("{\"clean\":%s,\"violations\":[", found.empty() ? "true" : "false");
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto texts = json_object{}.add("check", found[i].check).add("what", found[i].what).text();
    std::printf("%s{\"invariant\":%d,%s", i == 0 ? "" : ",", found[i].invariant, texts.c_str() + 1);
  }
  std::puts("]}");
}

} // namespace

int run_audit(const audit_options& options, const config::settings& settings) {
  auto checkpoint = choose_checkpoint(settings);
  if (!checkpoint) return not_checked(checkpoint.error().detail);
  const auto database = open_database(settings);
  if (!database) return not_checked(database.error().detail);
  const auto found = storage::audit(database->url, checkpoint->get());
  if (!found) return not_checked(found.error().detail);
  if (options.json) {
    print_json(*found);
  } else {
    for (const auto& each : *found)
      std::printf("%d %s: %s\n", each.invariant, each.check.c_str(), each.what.c_str());
    if (found->empty()) std::puts("clean");
  }
  return found->empty() ? exit_done : exit_failure;
}

} // namespace foyer::cli
