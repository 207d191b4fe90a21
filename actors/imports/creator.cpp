#include "actors/imports/creator.hpp"

#include <algorithm>

namespace foyer::imports {
namespace {

// Bad lines of one look into the database.
constexpr int lines_read = 1'000;

} // namespace

outcome<std::unique_ptr<creator>> creator::open(const importer_parts& with, waiting& on, const state& of) {
  auto file = load_file(with, on, of);
  if (!file) return refusal{file.error()};
  std::unique_ptr<creator> out{new creator{with, on, std::move(*file), of.id}};
  for (std::int64_t after = 0; of.what.bad_lines > 0;) {
    auto page = on.for_answer<line_page>(
        [&](auto back) { with.from.list_lines(of.organisation, of.id, after, lines_read, std::move(back)); });
    if (!page) return refusal{errc::unavailable, page.error().detail};
    for (const auto& each : page->lines) out->bad_.insert(after = each.number);
    if (!page->more) break;
  }
  return out;
}

importer_of creator::maker(const state& of) const {
  const auto now = with_.clock.now();
  return {of.organisation,
          of.id,
          of.by,
          file_.at->locale,
          file_.at->options.floor_of(organisation::role::administrator),
          now};
}

std::vector<creator::unit_read> creator::read(std::size_t from, std::size_t to, const rules& by) const {
  std::vector<unit_read> out;
  for (auto unit = from; unit < to; ++unit) {
    const auto numbers = file_.plan.numbers(unit);
    if (bad_.contains(numbers.front())) continue;
    unit_read one{unit, file_.plan.read(file_.whole, unit, by), {}};
    one.who = assemble(one.lines, file_.whole.columns, by);
    out.push_back(std::move(one));
  }
  return out;
}

void creator::skip(portion& from, const unit_read& of, problem why) const {
  bool first = true;
  for (auto& [number, cells] : file_.plan.raw_lines(file_.whole, of.unit)) {
    auto reason =
        first ? why : problem{{}, "household_not_created", {}, std::to_string(of.lines.front().number)};
    from.skip(number, std::move(cells), {std::move(reason)});
    first = false;
  }
}

outcome<portion> creator::make(const state& of, std::size_t from, std::size_t to,
                               const importer_of& by) const {
  const auto units = read(from, to, file_.rules_of(of.what.asked, by.now));
  std::vector<draft> drafts;
  drafts.reserve(units.size());
  for (const auto& each : units) drafts.push_back(each.who);
  auto known = find_known(with_, on_, of.organisation, drafts);
  if (!known) return known.error();
  const bool doubles = of.what.asked.duplicates_allowed;
  portion out;
  for (const auto& each : units) {
    const auto wrong = std::find_if(each.lines.begin(), each.lines.end(),
                                    [](const typed_line& line) { return !line.problems.empty(); });
    if (wrong != each.lines.end()) { // the organisation's rules have changed
      skip(out, each, wrong->problems.front());
    } else if (auto why = clash(each.who, known->by_email, known->by_number, doubles, file_.whole.columns)) {
      skip(out, each, std::move(*why));
    } else if (const auto refused =
                   out.add(each.who, each.lines.front().number, by, !doubles, with_.new_number)) {
      skip(out, each,
           {header_of(field::balance, file_.whole.columns), std::string{to_string(*refused)}, {}, {}});
    }
  }
  return out;
}

outcome<done> creator::write(state& of, std::size_t from, std::size_t to) {
  const auto by = maker(of);
  auto made = make(of, from, to, by);
  if (!made) return made.error();
  // A household that the database refuses by itself, again and again, is left out like a wrong line.
  if (refused_at_ != from) refusals_ = 0; // somebody else went on with it
  const bool given_up = to - from == 1 && refusals_ > 2 * refusals_max;
  if (given_up) {
    made = portion{};
    for (const auto& each : read(from, to, file_.rules_of(of.what.asked, by.now)))
      skip(*made, each, {{}, "refused_by_database", {}, {}});
  }
  auto next = of;
  ++next.version;
  next.units_done = static_cast<std::int64_t>(to);
  made->count_into(next.what);
  if (to == file_.plan.units()) {
    next.phase = phase::done;
    next.finished_at = by.now;
  }
  const auto told = on_.for_commit(with_.to, made->rows(by, to_row(next, of.version)));
  switch (told.status) {
  case commit_status::committed:
    of = std::move(next);
    refusals_ = 0;
    size_ = std::min(portion_max, size_ * 2);
    return done{};
  case commit_status::lost: return refusal{errc::unavailable, told.detail};
  case commit_status::stale:
  case commit_status::conflict:
  case commit_status::rejected:
    // A client came in between, a random number was taken, or another process goes on with the import: that
    // shows when it is read again.
    refused_at_ = from;
    if (++refusals_ > refusals_max) size_ = 1;
    return refusal{errc::conflict, told.constraint + told.detail};
  }
  return errc::internal;
}

outcome<done> creator::go_on(state of, int portions) {
  for (int i = 0; i < portions && of.phase == phase::creating && !on_.stopped(); ++i) {
    const auto from = static_cast<std::size_t>(of.units_done);
    const auto to = std::min(from + size_, file_.plan.units());
    auto written = write(of, from, to);
    if (written) continue;
    // Not a failure: it is read again and tried again.
    if (written.error().code == errc::conflict) return done{};
    return written.error();
  }
  return done{};
}

} // namespace foyer::imports
