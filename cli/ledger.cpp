#include "actors/vocabulary/json_text.hpp"
#include "cli/checkpoint.hpp"
#include "cli/commands.hpp"
#include "cli/database.hpp"
#include "storage/ledger_checkpoint.hpp"
#include "storage/ledger_walk.hpp"
#include "storage/secret_file.hpp"

#include <cstdio>

namespace foyer::cli {
namespace {

/// The members "wallets", "entries" and "broken".
void print_json(std::int64_t wallets, std::int64_t entries,
                const std::vector<storage::broken_entry>& broken) {
  std::printf("\"wallets\":%lld,\"entries\":%lld,\"broken\":[", static_cast<long long>(wallets),
              static_cast<long long>(entries));
  for (std::size_t i = 0; i < broken.size(); ++i) {
    const auto texts =
        json_object{}.add("wallet", to_string(broken[i].household)).add("why", broken[i].why).text();
    std::printf("%s{\"seq\":%lld,%s", i == 0 ? "" : ",", static_cast<long long>(broken[i].seq),
                texts.c_str() + 1);
  }
  std::puts("]}");
}

void print(const std::vector<storage::broken_entry>& broken) {
  for (const auto& each : broken)
    std::printf("wallet %s: broken at entry %lld: %s\n", to_string(each.household).c_str(),
                static_cast<long long>(each.seq), each.why.c_str());
}

void print_json(const storage::ledger_report& report, const chosen_checkpoint& with) {
  if (with.reader) {
    const auto texts = json_object{}.add("file", with.file).add("at", with.reader->at()).text();
    std::printf("{\"checkpoint\":%s,", texts.c_str());
  } else {
    std::printf("{\"checkpoint\":null,");
  }
  print_json(report.wallets, report.entries, report.broken);
}

} // namespace

int run_ledger_verify(const ledger_verify_options& options, const config::settings& settings) {
  auto checkpoint = choose_checkpoint(settings, options.checkpoint);
  if (!checkpoint) return fail(checkpoint.error().detail);
  const auto database = open_database(settings);
  if (!database) return fail(database.error().detail);
  const auto report = storage::verify_ledger(database->url, checkpoint->get());
  if (!report) return fail(report.error().detail);
  if (options.json) {
    print_json(*report, *checkpoint);
  } else {
    print(report->broken);
    std::printf("%lld wallets, %lld entries, %zu broken; ", static_cast<long long>(report->wallets),
                static_cast<long long>(report->entries), report->broken.size());
    if (checkpoint->reader)
      std::printf("compared with the checkpoint of %s\n", checkpoint->reader->at().c_str());
    else
      std::printf("no checkpoint in %s to compare with\n", settings.checkpoint_dir().c_str());
  }
  return report->broken.empty() ? exit_done : exit_failure;
}

int run_ledger_checkpoint(const ledger_checkpoint_options& options, const config::settings& settings) {
  const auto database = open_database(settings);
  if (!database) return fail(database.error().detail);
  const auto secret = storage::load_secret(settings.secret_file());
  if (!secret) return fail(secret.error().detail);
  storage::checkpoint_options with;
  with.url = database->url;
  with.folder = settings.checkpoint_dir();
  with.kept = settings.ledger.checkpoints_kept;
  const auto report = storage::write_checkpoint(with, *secret);
  if (!report) return fail(report.error().detail);
  if (options.json) {
    const auto text = json_object{}.add("file", report->file.string()).text();
    std::printf("%s,", text.substr(0, text.size() - 1).c_str());
    print_json(report->wallets, report->entries, report->broken);
  } else if (report->broken.empty()) {
    std::printf("%s: %lld wallets, %lld entries\n", report->file.c_str(),
                static_cast<long long>(report->wallets), static_cast<long long>(report->entries));
  } else {
    print(report->broken);
  }
  if (report->broken.empty()) return exit_done;
  return fail("no checkpoint was written: the ledger lost what the one before signed. After an older backup "
              "was restored, "
              "move the files from " +
              settings.checkpoint_dir().string() + " elsewhere");
}

} // namespace foyer::cli
