#include "actors/vocabulary/json_text.hpp"
#include "cli/commands.hpp"
#include "cli/database.hpp"
#include "storage/ledger_walk.hpp"

#include <cstdio>

namespace foyer::cli {
namespace {

void print_json(const storage::ledger_report& report) {
  std::printf("{\"wallets\":%lld,\"entries\":%lld,\"broken\":[", static_cast<long long>(report.wallets),
              static_cast<long long>(report.entries));
  for (std::size_t i = 0; i < report.broken.size(); ++i) {
    const auto& each = report.broken[i];
    const auto texts = json_object{}.add("wallet", to_string(each.household)).add("why", each.why).text();
    std::printf("%s{\"seq\":%lld,%s", i == 0 ? "" : ",", static_cast<long long>(each.seq), texts.c_str() + 1);
  }
  std::puts("]}");
}

} // namespace

int run_ledger_verify(const ledger_verify_options& options, const config::settings& settings) {
  const auto database = open_database(settings);
  if (!database) return fail(database.error().detail);
  const auto report = storage::verify_ledger(database->url);
  if (!report) return fail(report.error().detail);
  if (options.json) {
    print_json(*report);
  } else {
    for (const auto& each : report->broken)
      std::printf("wallet %s: broken at entry %lld: %s\n", to_string(each.household).c_str(),
                  static_cast<long long>(each.seq), each.why.c_str());
    std::printf("%lld wallets, %lld entries, %zu broken\n", static_cast<long long>(report->wallets),
                static_cast<long long>(report->entries), report->broken.size());
  }
  return report->broken.empty() ? exit_done : exit_failure;
}

} // namespace foyer::cli
