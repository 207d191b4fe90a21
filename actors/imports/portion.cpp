#include "actors/imports/portion.hpp"

#include "actors/imports/cells.hpp"
#include "actors/vocabulary/json_text.hpp"
#include "actors/wallet/wallet.hpp"

namespace foyer::imports {
namespace {

std::int64_t milliseconds_of(time_point at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

std::string opening_reason(std::string_view locale) {
  return locale == "en" ? "Opening balance" : "Solde d’ouverture";
}

staff_change_row change_of(const household::state& made, const draft& of, std::int64_t line,
                           const importer_of& by) {
  staff_change_row out;
  out.organisation = by.at;
  out.id = new_uuid(milliseconds_of(by.now));
  out.account = by.by;
  out.action = "household.create";
  out.subject_kind = "household";
  out.subject = made.id.value;
  const auto& person = made.members.front();
  json_object after;
  after.add("number", made.number).add("first_name", person.first_name).add("last_name", person.last_name);
  after.add("email", made.email).add("members", std::to_string(made.members.size()));
  if (of.balance) after.add("opening_balance", write_amount(*of.balance, "en"));
  after.add("import_id", to_string(by.which)).add("line", std::to_string(line));
  out.after = after.text();
  out.at = by.now;
  return out;
}

} // namespace

std::optional<errc> portion::add(draft of, std::int64_t line, const importer_of& by, bool email_is_new,
                                 const std::function<std::string()>& new_number) {
  const auto ms = milliseconds_of(by.now);
  auto& made = of.who;
  made.organisation = by.at;
  made.id = household_id{new_uuid(ms)};
  made.version = 1;
  made.created_at = by.now;
  if (made.number.empty()) made.number = new_number();
  for (auto& each : made.members) each.id = member_id{new_uuid(ms)};
  made.responsible = made.members.front().id;
  if (of.balance) {
    wallet::state empty;
    empty.household = made.id;
    wallet::record opening;
    opening.organisation = by.at;
    opening.kind = wallet::entry_kind::adjustment;
    opening.change = *of.balance;
    opening.reason = opening_reason(by.locale);
    opening.counter_account = opening_account;
    opening.staff_floor = by.floor;
    opening.by = {wallet::actor_kind::staff, by.by, by.now};
    opening.id = entry_id{new_uuid(ms)};
    auto decided = wallet::decide(empty, std::move(opening));
    if (!decided) return decided.error().code;
    for (auto& row : decided->rows.wallets) wallets_.push_back(row);
    for (auto& row : decided->rows.entries) entries_.push_back(std::move(row));
    ++(*of.balance > 0 ? counts_.positive_count : counts_.negative_count);
    (*of.balance > 0 ? counts_.positive : counts_.negative) += *of.balance;
  }
  changes_.push_back(change_of(made, of, line, by));
  if (email_is_new && !made.email_key.empty()) households_.new_emails.push_back(made.email_key);
  households_.households.push_back(household::to_row(made, 0));
  ++counts_.created;
  counts_.members += static_cast<std::int64_t>(made.members.size());
  return std::nullopt;
}

void portion::skip(std::int64_t line, std::string cells, std::vector<problem> why) {
  skipped_.lines.push_back({line, to_json(why), std::move(cells)});
  ++counts_.bad_lines;
}

commit portion::rows(const importer_of& by, import_row after) const {
  commit out;
  out.wallets = wallets_;
  out.entries = entries_;
  if (!households_.households.empty()) {
    auto households = households_;
    households.organisation = by.at;
    out.cold.emplace_back(std::move(households));
  }
  if (!skipped_.lines.empty()) {
    auto skipped = skipped_;
    skipped.organisation = by.at;
    skipped.import = by.which;
    out.cold.emplace_back(std::move(skipped));
  }
  for (const auto& each : changes_) out.cold.emplace_back(each);
  out.cold.emplace_back(std::move(after));
  return out;
}

void portion::count_into(details& into) const {
  into.created += counts_.created;
  into.members += counts_.members;
  into.bad_lines += counts_.bad_lines;
  into.positive_count += counts_.positive_count;
  into.negative_count += counts_.negative_count;
  into.positive += counts_.positive;
  into.negative += counts_.negative;
}

import_row to_row(const state& of, std::int64_t expected_version) {
  import_row out;
  out.organisation = of.organisation;
  out.id = of.id;
  out.expected_version = expected_version;
  out.version = of.version;
  out.phase = to_string(of.phase);
  out.details = to_json(of.what);
  out.units_done = of.units_done;
  out.content = of.content;
  out.by = of.by;
  out.created_at = of.created_at;
  out.finished_at = of.finished_at;
  return out;
}

} // namespace foyer::imports
