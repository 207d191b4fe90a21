#include "cli/commands.hpp"
#include "cli/private_file.hpp"
#include "cli/staff_account.hpp"
#include "cli/workroom.hpp"
#include "http/staff/export_csv.hpp"

#include <cstdio>
#include <filesystem>

namespace foyer::cli {
namespace {

using http::staff::table_style;

/// Records of one read.
constexpr int records_read = 500;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

refusal unreadable() {
  return {errc::unavailable, "the database can't be read"};
}

outcome<std::string> clients_of(workroom& here, const organisation::snapshot& at, const table_style& how) {
  std::string text{byte_order_mark};
  http::staff::append_clients_header(text, at.options, how);
  household::filter which;
  which.organisation = at.id;
  which.limit = records_read;
  which.archived = false; // as the list over HTTP, and so that it can be imported elsewhere
  for (;;) {
    auto page = here.waits.for_answer<household::page>(
        [&](auto back) { here.load.household_list->list_households(which, std::move(back)); });
    if (!page) return unreadable();
    for (const auto& each : page->households) http::staff::append_client(text, each, at.options, how);
    if (!page->more) return text;
    which.before = page->households.back().who.id;
  }
}

outcome<std::string> wallets_of(workroom& here, const organisation::snapshot& at, const table_style& how) {
  std::string text{byte_order_mark};
  http::staff::append_wallets_header(text, how);
  wallet::list_filter which;
  which.organisation = at.id;
  which.limit = records_read;
  which.with_totals = false;
  http::staff::wallet_sums sums;
  for (;;) {
    auto page = here.waits.for_answer<wallet::list_page>(
        [&](auto back) { here.load.wallet_list->list_wallets(which, std::move(back)); });
    if (!page) return unreadable();
    for (const auto& each : page->wallets) {
      http::staff::append_wallet(text, each, how);
      sums.add(each);
    }
    if (!page->more) {
      http::staff::append_wallet_sums(text, sums, how);
      return text;
    }
    which.before = page->wallets.back().household;
  }
}

outcome<std::string> orders_of(workroom& here, const organisation::snapshot& at, const table_style& how) {
  std::string text{byte_order_mark};
  http::staff::append_orders_header(text, how);
  order::filter which;
  which.organisation = at.id;
  which.limit = records_read;
  for (;;) {
    auto page = here.waits.for_answer<order::page>(
        [&](auto back) { here.load.orders->list_orders(which, std::move(back)); });
    if (!page) return unreadable();
    for (const auto& each : page->orders) http::staff::append_order(text, each, at, how);
    if (!page->more) return text;
    which.before = page->orders.back().id;
  }
}

// P2: somebody took the data of many people along.
outcome<done> write_audit(workroom& here, const organisation::snapshot& at, const std::string& list) {
  const auto now = here.clock.now();
  staff_change_row entry;
  entry.organisation = at.id;
  entry.id = new_uuid(std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count());
  entry.action = "export." + list;
  entry.subject_kind = "organisation";
  entry.subject = at.id.value;
  entry.at = now;
  commit rows;
  rows.cold.emplace_back(std::move(entry));
  return here.write(std::move(rows));
}

int run(workroom& here, const export_options& options) {
  if (auto connected = here.connect(); !connected) return fail(connected.error().detail);
  const auto found = here.find_organisation(options.organisation);
  if (!found) return fail(found.error().detail);
  const auto& at = **found;
  table_style how;
  how.unit = at.unit;
  how.locale = at.locale;
  how.separator = at.locale == "fr" ? ';' : ',';
  using reader = outcome<std::string> (*)(workroom&, const organisation::snapshot&, const table_style&);
  const std::pair<const char*, reader> lists[] = {
      {"clients", clients_of}, {"wallets", wallets_of}, {"orders", orders_of}};
  for (const auto& [name, read] : lists) {
    if (auto told = write_audit(here, at, name); !told) return fail(told.error().detail);
    const auto text = read(here, at, how);
    if (!text) return fail(text.error().detail);
    const auto path = (std::filesystem::path{options.folder} / (std::string{name} + ".csv")).string();
    if (auto written = write_private_file(path, *text); !written) return fail(written.error().detail);
    std::printf("%s\n", path.c_str());
  }
  return exit_done;
}

} // namespace

int run_export(const export_options& options, const config::settings& settings) {
  std::error_code failed;
  const bool made = std::filesystem::create_directories(options.folder, failed);
  if (made) std::filesystem::permissions(options.folder, std::filesystem::perms::owner_all, failed);
  if (failed) {
    fail(options.folder + " can't be made: " + failed.message());
    return exit_misuse;
  }
  const auto tools = open_tools(settings);
  if (!tools) return fail(tools.error().detail);
  workroom here{settings, tools->database.url};
  return run(here, options);
}

} // namespace foyer::cli
