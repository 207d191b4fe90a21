#include "actors/imports/checker.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace foyer::imports {
namespace {

// Households of one look into the database, and bad lines of one commit.
constexpr std::size_t looked_up = 500;
constexpr std::size_t lines_in_commit = 500;

using bad_lines = std::map<std::int64_t, std::vector<problem>>;

outcome<done> write(const importer_parts& with, waiting& on, commit rows) {
  const auto told = on.for_commit(with.to, std::move(rows));
  if (told.status == commit_status::committed) return done{};
  return refusal{errc::unavailable, told.constraint + told.detail};
}

outcome<done> write_state(const importer_parts& with, waiting& on, state& of) {
  const auto expected = of.version++;
  commit rows;
  rows.cold.emplace_back(to_row(of, expected));
  return write(with, on, std::move(rows));
}

// Households of one look into the database, with their lines.
struct household_lines {
  std::size_t unit;
  std::vector<typed_line> lines;
};

class check {
public:
  check(const importer_parts& with, waiting& on, state& of, const open_file& file)
      : with_(with), on_(on), of_(of), file_(file), by_(file.rules_of(of.what.asked, with.clock.now())),
        repeats_(!of.what.asked.duplicates_allowed) {}

  outcome<done> run() {
    auto& what = of_.what;
    what.lines = static_cast<std::int64_t>(file_.plan.lines());
    what.households = static_cast<std::int64_t>(file_.plan.units());
    what.bad_lines = what.positive_count = what.negative_count = what.positive = what.negative = 0;
    for (std::size_t unit = 0; unit < file_.plan.units(); ++unit) {
      household_lines one{unit, file_.plan.read(file_.whole, unit, by_)};
      auto draft = assemble(one.lines, file_.whole.columns, by_);
      repeats_.look(draft, one.lines.front(), file_.whole.columns);
      drafts_.push_back(std::move(draft));
      households_.push_back(std::move(one));
      if (drafts_.size() < looked_up && unit + 1 < file_.plan.units()) continue;
      if (auto looked = look_up(); !looked) return looked.error();
      if (on_.stopped()) return errc::unavailable;
    }
    return write_bad_lines();
  }

private:
  outcome<done> look_up() {
    auto known = find_known(with_, on_, of_.organisation, drafts_);
    if (!known) return known.error();
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
      auto& lines = households_[i].lines;
      if (auto why = clash(drafts_[i], known->by_email, known->by_number, of_.what.asked.duplicates_allowed,
                           file_.whole.columns))
        lines.front().problems.push_back(std::move(*why));
      const bool good =
          std::all_of(lines.begin(), lines.end(), [](const auto& each) { return each.problems.empty(); });
      if (good)
        count(drafts_[i]);
      else
        refuse(households_[i]);
    }
    drafts_.clear();
    households_.clear();
    return done{};
  }

  void count(const draft& of) {
    if (!of.balance) return;
    ++(*of.balance > 0 ? of_.what.positive_count : of_.what.negative_count);
    (*of.balance > 0 ? of_.what.positive : of_.what.negative) += *of.balance;
  }

  // All lines of a household are wrong when one of them is.
  void refuse(household_lines& of) {
    const auto first = std::find_if(of.lines.begin(), of.lines.end(),
                                    [](const auto& each) { return !each.problems.empty(); });
    const auto blamed = std::to_string(first->number);
    for (auto& line : of.lines) {
      if (line.problems.empty()) line.problems.push_back({{}, "household_not_created", {}, blamed});
      bad_.emplace(line.number, std::move(line.problems));
    }
    bad_units_.push_back(of.unit);
  }

  outcome<done> write_bad_lines() {
    of_.what.bad_lines = static_cast<std::int64_t>(bad_.size());
    import_lines_row rows{of_.organisation, of_.id, {}};
    for (const auto unit : bad_units_) {
      for (auto& [number, cells] : file_.plan.raw_lines(file_.whole, unit))
        rows.lines.push_back({number, to_json(bad_.at(number)), std::move(cells)});
      if (rows.lines.size() < lines_in_commit) continue;
      if (auto written = flush(rows); !written) return written.error();
    }
    return flush(rows);
  }

  outcome<done> flush(import_lines_row& rows) {
    if (rows.lines.empty()) return done{};
    commit out;
    out.cold.emplace_back(std::exchange(rows, {of_.organisation, of_.id, {}}));
    return write(with_, on_, std::move(out));
  }

  const importer_parts& with_;
  waiting& on_;
  state& of_;
  const open_file& file_;
  rules by_;
  repeats repeats_;
  std::vector<draft> drafts_;
  std::vector<household_lines> households_;
  bad_lines bad_;
  std::vector<std::size_t> bad_units_;
};

void decide_next(state& of, time_point now) {
  auto& what = of.what;
  if (!what.asked.create) {
    of.phase = phase::checked;
  } else if (what.bad_lines > 0 && !what.asked.skip_errors) {
    of.phase = phase::refused;
  } else {
    of.phase = what.bad_lines == what.lines ? phase::done : phase::creating;
    of.units_done = 0;
    what.positive_count = what.negative_count = what.positive = what.negative = 0;
    what.created = what.members = 0;
    if (of.phase == phase::done) of.finished_at = now;
  }
}

// The hash of the file, which tells that it was imported before. Not a rule: staff are told.
outcome<done> note_same(const importer_parts& with, waiting& on, state& of, const sha256_hash& content) {
  of.content = content;
  auto same = on.for_answer<std::optional<import_id>>(
      [&](auto back) { with.from.find_same(of.organisation, content, std::move(back)); });
  if (!same) return same.error();
  of.what.same_as = *same;
  return done{};
}

} // namespace

outcome<done> fail_import(const importer_parts& with, waiting& on, state of, const refusal& why) {
  of.phase = phase::failed;
  of.finished_at = with.clock.now();
  of.what.problem = why.fields.empty() ? std::string{to_string(why.code)} : why.fields.front().code;
  std::from_chars(why.detail.data(), why.detail.data() + why.detail.size(), of.what.problem_line);
  return write_state(with, on, of);
}

rules open_file::rules_of(const options& asked, time_point now) const {
  // Only administrators import.
  return {
      at->options, at->unit, at->locale, asked.tag, at->options.floor_of(organisation::role::administrator),
      now};
}

outcome<open_file> load_file(const importer_parts& with, waiting& on, const state& of) {
  open_file out;
  auto at = on.for_answer<organisation::snapshot_ptr>([&](auto back) {
    with.organisations.fetch(of.organisation, reply<organisation::snapshot_ptr>{std::move(back)});
  });
  if (!at) return refusal{errc::unavailable, at.error().detail};
  out.at = std::move(*at);
  std::string bytes;
  for (std::int64_t position = 0;; ++position) {
    auto part = on.for_answer<std::optional<std::string>>(
        [&](auto back) { with.from.read_part(of.organisation, of.id, position, std::move(back)); });
    if (!part) return refusal{errc::unavailable, part.error().detail};
    if (!*part) break;
    bytes += **part;
  }
  out.content = sha256(bytes);
  const bool checked = of.phase == phase::creating;
  auto whole = checked ? reopen_table(std::move(bytes), of.what.columns)
                       : open_table(std::move(bytes), of.what.asked.columns, out.at->options);
  if (!whole) return whole.error();
  out.whole = std::move(*whole);
  auto plan = plan::of(out.whole);
  if (!plan) return plan.error();
  out.plan = std::move(*plan);
  if (checked && static_cast<std::int64_t>(out.plan.units()) != of.what.households) {
    refusal why{errc::invalid, "The file has other households than when it was checked."};
    why.fields.push_back({"/file", "differs"});
    return why;
  }
  return out;
}

outcome<known_clients> find_known(const importer_parts& with, waiting& on, const organisation_id& at,
                                  const std::vector<draft>& drafts) {
  std::vector<std::string> emails;
  std::vector<std::string> numbers;
  for (const auto& each : drafts) {
    if (!each.who.email_key.empty()) emails.push_back(each.who.email_key);
    if (!each.who.number.empty()) numbers.push_back(each.who.number);
  }
  auto found = on.for_answer<std::vector<known_client>>(
      [&](auto back) { with.from.find_known(at, std::move(emails), std::move(numbers), std::move(back)); });
  if (!found) return found.error();
  known_clients out;
  for (auto& each : *found) {
    if (each.email_key.empty())
      out.by_number.emplace(each.number, to_string(each.id));
    else
      out.by_email.emplace(std::move(each.email_key), each.number);
  }
  return out;
}

outcome<done> check_import(const importer_parts& with, waiting& on, state of, bool first) {
  if (first)
    if (auto begun = write_state(with, on, of); !begun) return begun.error();
  auto file = load_file(with, on, of);
  if (!file && file.error().code == errc::unavailable) return file.error();
  if (!file) return fail_import(with, on, std::move(of), file.error());
  if (auto noted = note_same(with, on, of, file->content); !noted) return noted.error();
  of.what.columns = file->whole.columns;
  of.what.encoding = to_string(file->whole.from);
  of.what.separator = file->whole.separator;
  if (auto checked = check{with, on, of, *file}.run(); !checked) return checked.error();
  decide_next(of, with.clock.now());
  return write_state(with, on, of);
}

} // namespace foyer::imports
