#include "actors/imports/cells.hpp"
#include "actors/imports/importer.hpp"
#include "actors/imports/portion.hpp"
#include "actors/imports/upload.hpp"
#include "cli/commands.hpp"
#include "cli/private_file.hpp"
#include "cli/staff_account.hpp"
#include "cli/workroom.hpp"
#include "http/staff/import_json.hpp"
#include "http/staff/rejected_lines.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace foyer::cli {
namespace {

namespace fs = std::filesystem;
using imports::phase;
using imports::state;

constexpr std::chrono::milliseconds look_every{50};
/// Lines of one read.
constexpr int lines_read = 500;

outcome<std::string> read_file(const std::string& path, std::int64_t bytes_max) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  if (failed) return refusal{errc::invalid, path + " can't be read: " + failed.message()};
  if (size > static_cast<std::uintmax_t>(bytes_max))
    return refusal{errc::invalid, path + " is larger than http.import_bytes_max"};
  std::ifstream in{path, std::ios::binary};
  std::string out{std::istreambuf_iterator<char>{in}, {}};
  if (!in || out.size() != size) return refusal{errc::invalid, path + " can't be read"};
  return out;
}

std::string reason_of(const std::string& file, const refusal& why) {
  auto out = file;
  if (!why.detail.empty()) out += ", line " + why.detail;
  for (const auto& each : why.fields) out += ": " + each.code;
  return why.fields.empty() ? out + ": it can't be read" : out;
}

commit with_row(const state& of, std::int64_t expected) {
  commit rows;
  rows.cold.emplace_back(imports::to_row(of, expected));
  return rows;
}

// As an upload does it: the file piece by piece, then the import is there to be checked.
outcome<done> hand_in(workroom& here, state& made, const std::string& body) {
  if (auto written = here.write(with_row(made, 0)); !written) return written.error();
  std::int64_t position = 0;
  for (std::size_t at = 0; at < body.size(); at += imports::part_bytes) {
    commit rows;
    rows.cold.emplace_back(
        import_part_row{made.organisation, made.id, position++, body.substr(at, imports::part_bytes)});
    if (auto written = here.write(std::move(rows)); !written) return written.error();
  }
  const auto expected = made.version++;
  made.phase = phase::checking;
  auto rows = with_row(made, expected);
  staff_change_row audit;
  audit.organisation = made.organisation;
  audit.id =
      new_uuid(std::chrono::floor<std::chrono::milliseconds>(made.created_at.time_since_epoch()).count());
  audit.action = "import.create";
  audit.subject_kind = "import";
  audit.subject = made.id.value;
  audit.after = http::staff::import_record_json(made);
  audit.at = made.created_at;
  rows.cold.emplace_back(std::move(audit));
  return here.write(std::move(rows));
}

outcome<state> wait_for_end(workroom& here, const state& of) {
  for (;;) {
    using found = std::optional<state>;
    auto seen = here.waits.for_answer<found>(
        [&](auto back) { here.load.imports->find(of.organisation, of.id, std::move(back)); });
    if (!seen) return refusal{errc::unavailable, "the database can't be read; the import goes on by itself"};
    if (*seen && http::staff::is_finished(**seen)) return std::move(**seen);
    (void)here.waits.sleep(look_every, false);
  }
}

// Each wrong line on standard error, and all of them in a table beside the file.
outcome<done> tell_wrong_lines(workroom& here, const state& of, const std::string& file,
                               std::string_view locale) {
  const auto beside = fs::path{file}.replace_extension(".rejected.csv").string();
  auto text = http::staff::rejected_header(of, locale);
  for (std::int64_t after = 0;;) {
    auto page = here.waits.for_answer<imports::line_page>([&](auto back) {
      here.load.imports->list_lines(of.organisation, of.id, after, lines_read, std::move(back));
    });
    if (!page) return refusal{errc::unavailable, "the lines that are wrong can't be read"};
    for (const auto& each : page->lines) {
      after = each.number;
      std::fprintf(stderr, "%s:%lld: %s\n", file.c_str(), static_cast<long long>(each.number),
                   http::staff::words_of(each.problems, locale).c_str());
      http::staff::append_rejected(text, each, of, locale);
    }
    if (!page->more) break;
  }
  if (auto written = write_private_file(beside, text); !written) return written.error();
  std::fprintf(stderr, "foyer: %lld wrong lines, with their reasons in %s\n",
               static_cast<long long>(of.what.bad_lines), beside.c_str());
  return done{};
}

std::string sums_of(const state& of, const organisation::snapshot& at) {
  const auto& what = of.what;
  const auto text = [&at](amount sum) {
    return imports::write_amount(sum, at.locale).append(" ").append(at.unit.code());
  };
  return std::to_string(what.positive_count) + " credits of " + text(what.positive) + ", " +
         std::to_string(what.negative_count) + " debts of " + text(what.negative);
}

int tell_end(const state& of, const std::string& file, const organisation::snapshot& at) {
  const auto& what = of.what;
  const auto sums = sums_of(of, at);
  switch (of.phase) {
  case phase::done:
    std::printf("%lld clients created with %lld members; %s\n", static_cast<long long>(what.created),
                static_cast<long long>(what.members), sums.c_str());
    return exit_done;
  case phase::checked:
    std::printf("a trial: %lld lines of %lld clients, %lld lines are wrong; %s; nothing was created\n",
                static_cast<long long>(what.lines), static_cast<long long>(what.households),
                static_cast<long long>(what.bad_lines), sums.c_str());
    return what.bad_lines == 0 ? exit_done : exit_failure;
  case phase::refused: return fail("nothing was created, as lines are wrong; --skip-errors leaves them out");
  case phase::receiving:
  case phase::checking:
  case phase::failed:
  case phase::creating:
  case phase::expired: break;
  }
  const auto line = what.problem_line > 0 ? ":" + std::to_string(what.problem_line) : std::string{};
  return fail(file + line + ": " + (what.problem.empty() ? std::string{to_string(of.phase)} : what.problem));
}

int run(workroom& here, const import_options& options, const std::string& body) {
  if (auto connected = here.connect(); !connected) return fail(connected.error().detail);
  const auto at = here.find_organisation(options.organisation);
  if (!at) return fail(at.error().detail);
  imports::options asked;
  asked.create = !options.dry_run;
  asked.skip_errors = options.skip_errors;
  asked.file_name = fs::path{options.file}.filename().string();
  asked.tag = imports::default_tag(here.clock.now());
  auto seen = imports::look_into(body, std::move(asked), (*at)->options);
  if (!seen) return fail(reason_of(options.file, seen.error()));
  state made;
  made.organisation = (*at)->id;
  made.created_at = here.clock.now();
  made.id = import_id{
      new_uuid(std::chrono::floor<std::chrono::milliseconds>(made.created_at.time_since_epoch()).count())};
  made.version = 1;
  made.what = std::move(*seen);
  if (auto handed = hand_in(here, made, body); !handed) return fail(handed.error().detail);
  // A server that runs would find it too; whoever is first goes on.
  const auto importer = imports::start_importer(
      {*here.load.imports, *here.journal, *here.organisations, here.clock, household::new_number,
       [](std::string_view line) {
         std::fprintf(stderr, "foyer: %.*s\n", static_cast<int>(line.size()), line.data());
       }});
  const auto end = wait_for_end(here, made);
  importer->stop();
  if (!end) return fail(end.error().detail);
  if (end->what.bad_lines > 0)
    if (auto told = tell_wrong_lines(here, *end, options.file, (*at)->locale); !told)
      return fail(told.error().detail);
  return tell_end(*end, options.file, **at);
}

} // namespace

int run_import(const import_options& options, const config::settings& settings) {
  const auto body = read_file(options.file, settings.http.import_bytes_max);
  if (!body) {
    fail(body.error().detail);
    return exit_misuse;
  }
  const auto tools = open_tools(settings);
  if (!tools) return fail(tools.error().detail);
  workroom here{settings, tools->database.url};
  return run(here, options, *body);
}

} // namespace foyer::cli
