#include "actors/organisation/setup.hpp"
#include "actors/vocabulary/json_text.hpp"
#include "cli/commands.hpp"
#include "cli/database.hpp"
#include "cli/staff_account.hpp"
#include "storage/migrations.hpp"

#include <cstdio>

namespace foyer::cli {
namespace {

int misuse(const std::string& sentence) {
  fail(sentence);
  return exit_misuse;
}

} // namespace

int run_org_create(const org_create_options& options, const config::settings& settings) {
  if (!organisation::is_slug(options.slug))
    return misuse("a slug is 1 to 63 of a-z, 0-9 and '-', and does not begin with '-'");
  const auto unit = currency::parse(options.currency);
  if (!unit) return misuse("a currency is an ISO 4217 code such as EUR");
  const auto admin = read_staff(options.admin, settings, options.name);
  if (!admin) return misuse(admin.error().detail);
  const auto tools = open_tools(settings);
  if (!tools) return fail(tools.error().detail);
  const storage::new_organisation what{options.slug, options.name.empty() ? options.slug : options.name,
                                       *unit, options.locale};
  const auto became = storage::create_organisation(tools->database.url, what, *admin, tools->secret);
  if (!became) return fail(became.error().detail);
  std::printf("organisation %s created with the points of sale online and counter\n", options.slug.c_str());
  tell_staff(*admin, *became);
  return exit_done;
}

int run_org_list(const org_list_options& options, const config::settings& settings) {
  const auto tools = open_tools(settings);
  if (!tools) return fail(tools.error().detail);
  const auto all = storage::list_organisations(tools->database.url);
  if (!all) return fail(all.error().detail);
  if (!options.json) {
    for (const auto& each : *all)
      std::printf("%s\t%s\t%s\t%s\t%lld households\t%lld staff\n", each.slug.c_str(), each.name.c_str(),
                  each.currency.c_str(), each.locale.c_str(), static_cast<long long>(each.households),
                  static_cast<long long>(each.staff));
    return exit_done;
  }
  std::fputs("{\"items\":[", stdout);
  for (std::size_t i = 0; i < all->size(); ++i) {
    const auto& each = (*all)[i];
    auto texts = json_object{}.add("slug", each.slug).add("name", each.name).add("currency", each.currency);
    const auto object = texts.add("locale", each.locale).text();
    std::printf("%s%.*s,\"households\":%lld,\"staff\":%lld}", i == 0 ? "" : ",",
                static_cast<int>(object.size() - 1), object.c_str(), static_cast<long long>(each.households),
                static_cast<long long>(each.staff));
  }
  std::puts("]}");
  return exit_done;
}

} // namespace foyer::cli
