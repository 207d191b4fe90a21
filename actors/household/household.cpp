#include "actors/household/household.hpp"

#include <algorithm>
#include <utility>

namespace foyer::household {
namespace {

member_row row_of(const member& who) {
  return {who.id,    who.first_name, who.last_name, who.birth_date,
          who.email, who.phone,      who.relation,  who.answers};
}

std::optional<refusal> refuse(const state& now, const std::optional<std::int64_t>& expected_version) {
  if (now.version == 0) return refusal{errc::not_found};
  if (now.merged_into) return refusal{errc::household_merged};
  if (expected_version && *expected_version != now.version) return refusal{errc::version_conflict};
  return std::nullopt;
}

// The step to `next`, with its row and its audit entry behind the rows that came along.
decided<state> write(const state& before, state next, const audit& by, commit rows) {
  next.version = before.version + 1;
  settle_tag(next.tags, next.account.has_value());
  rows.cold.emplace_back(to_row(next, before.version));
  if (by.entry) {
    auto entry = *by.entry;
    if (by.describe) {
      if (before.version > 0) entry.before = by.describe(before);
      entry.after = by.describe(next);
    }
    rows.cold.emplace_back(std::move(entry));
  }
  auto answer = next;
  return step<state, state>{std::move(next), std::move(answer), std::move(rows)};
}

refusal invalid(const char* field, const char* code) {
  refusal why{errc::invalid};
  why.fields.push_back({field, code});
  return why;
}

template <class Value>
void assign(Value& to, const std::optional<Value>& from) {
  if (from) to = *from;
}

// The merge's own row says what each side has become.
households_merged_row* merge_in(commit& rows) {
  for (auto& each : rows.cold)
    if (auto* merge = std::get_if<households_merged_row>(&each)) return merge;
  return nullptr;
}

void fill(std::string& to, const std::string& from) {
  if (to.empty()) to = from;
}

void take_link(state& next, const absorb& command) {
  if (command.linked) {
    next.account = command.linked->account;
    next.account_username = command.linked->username;
    next.linked_at = command.linked->at;
    next.box_office_since = command.linked->box_office_since;
    next.everything_shown = command.linked->everything_shown;
    next.status = status::accepted;
  } else if (command.from.account) {
    next.account = command.from.account;
    next.account_username = command.from.account_username;
    next.linked_at = command.from.linked_at;
    next.box_office_since = command.from.box_office_since;
    next.everything_shown = command.from.everything_shown;
  }
}

} // namespace

void settle_tag(std::vector<std::string>& tags, bool linked) {
  const auto known = std::find(tags.begin(), tags.end(), online_account_tag);
  if (linked && known == tags.end()) tags.emplace_back(online_account_tag);
  if (!linked) tags.erase(std::remove(tags.begin(), tags.end(), online_account_tag), tags.end());
}

std::string_view to_string(status of) noexcept {
  switch (of) {
  case status::added: return "added";
  case status::invited: return "invited";
  case status::accepted: return "accepted";
  }
  return "added";
}

std::optional<status> parse_status(std::string_view text) noexcept {
  for (const auto each : {status::added, status::invited, status::accepted})
    if (to_string(each) == text) return each;
  return std::nullopt;
}

const member* state::find_member(const member_id& which) const noexcept {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const member& each) { return each.id == which; });
  return found == members.end() ? nullptr : &*found;
}

household_row to_row(const state& of, std::int64_t expected_version) {
  household_row row;
  row.organisation = of.organisation;
  row.id = of.id;
  row.expected_version = expected_version;
  row.version = of.version;
  row.number = of.number;
  row.status = static_cast<int>(of.status);
  row.archived = of.archived;
  row.responsible = of.responsible;
  row.email = of.email;
  row.email_key = of.email_key;
  row.phone = of.phone;
  row.address = of.address;
  row.locale = of.locale;
  row.tags = of.tags;
  settle_tag(row.tags, of.account.has_value());
  row.newsletter = of.newsletter;
  row.account = of.account;
  row.linked_at = of.linked_at;
  row.box_office_since = of.box_office_since;
  row.everything_shown = of.everything_shown;
  row.username = of.username;
  row.website = of.website;
  row.key_version = of.key_version;
  for (const auto& each : of.members) row.members.push_back(row_of(each));
  row.created_at = of.created_at;
  return row;
}

state first_household(const organisation_id& organisation, const household_id& id,
                      const member_id& responsible, const person& who, std::string number, std::string locale,
                      time_point at) {
  state out;
  out.organisation = organisation;
  out.id = id;
  out.version = 1;
  out.number = std::move(number);
  out.responsible = responsible;
  out.email = who.email;
  out.email_key = who.email_key;
  out.phone = who.phone;
  out.locale = std::move(locale);
  out.created_at = at;
  member first;
  first.id = responsible;
  first.first_name = who.first_name;
  first.last_name = who.last_name;
  first.birth_date = who.birth_date;
  out.members.push_back(std::move(first));
  return out;
}

std::string make_number(std::span<const std::uint8_t, 4> random) {
  return "C-" + crockford32(random).substr(0, 6); // 30 of the 32 bits
}

decided<state> decide(const state& now, const create& command) {
  if (now.version != 0) return errc::conflict;
  return write(now, command.what, command.audit, command.rows);
}

decided<state> decide(const state& now, const change& command) {
  if (auto why = refuse(now, command.expected_version)) return *why;
  auto next = now;
  assign(next.members, command.members);
  if (next.members.size() > members_max) return invalid("/members", "too_long");
  assign(next.status, command.status);
  assign(next.archived, command.archived);
  assign(next.responsible, command.responsible);
  if (next.responsible_member() == nullptr)
    return invalid(command.responsible ? "/responsible_id" : "/members", "invalid");
  if (command.email) {
    next.email = *command.email;
    next.email_key = command.email_key;
  }
  assign(next.phone, command.phone);
  assign(next.address, command.address);
  assign(next.locale, command.locale);
  assign(next.tags, command.tags);
  assign(next.newsletter, command.newsletter);
  assign(next.username, command.username);
  assign(next.website, command.website);
  return write(now, std::move(next), command.audit, command.rows);
}

decided<state> decide(const state& now, const renew_key& command) {
  if (now.version == 0) return errc::not_found;
  if (now.merged_into) return errc::household_merged;
  auto next = now;
  ++next.key_version;
  auto rows = command.rows;
  rows.cold.emplace_back(
      space_key_row{now.organisation, now.id, next.key_version, command.hash_of(now.id, next.key_version)});
  return write(now, std::move(next), command.audit, std::move(rows));
}

decided<state> decide(const state& now, const add_member& command) {
  if (auto why = refuse(now, command.expected_version)) return *why;
  if (now.members.size() >= members_max)
    return refusal{errc::conflict, "The household has too many members."};
  auto next = now;
  next.members.push_back(command.who);
  return write(now, std::move(next), command.audit, command.rows);
}

decided<state> decide(const state& now, const change_member& command) {
  if (auto why = refuse(now, command.expected_version)) return *why;
  auto next = now;
  for (auto& each : next.members) {
    if (each.id != command.which) continue;
    assign(each.first_name, command.first_name);
    assign(each.last_name, command.last_name);
    assign(each.birth_date, command.birth_date);
    assign(each.email, command.email);
    assign(each.phone, command.phone);
    assign(each.relation, command.relation);
    assign(each.answers, command.answers);
    return write(now, std::move(next), command.audit, command.rows);
  }
  return errc::not_found;
}

decided<state> decide(const state& now, const remove_member& command) {
  if (auto why = refuse(now, command.expected_version)) return *why;
  const auto* which = now.find_member(command.which);
  if (which == nullptr) return errc::not_found;
  if (command.which == now.responsible)
    return refusal{errc::conflict, "The responsible person stays; name another one first."};
  auto next = now;
  next.members.erase(next.members.begin() + (which - now.members.data()));
  return write(now, std::move(next), command.audit, command.rows);
}

decided<state> decide(const state& now, const link_account& command) {
  if (now.version == 0) return errc::not_found;
  if (now.merged_into) return errc::household_merged;
  if (now.account && *now.account != command.account) return errc::other_account;
  auto next = now;
  if (!now.account) {
    next.account = command.account;
    next.linked_at = command.at;
    next.box_office_since = command.box_office_since;
  }
  next.account_username = command.account_username;
  next.status = status::accepted;
  next.everything_shown = now.everything_shown || command.everything_shown;
  return write(now, std::move(next), command.audit, command.rows);
}

decided<state> decide(const state& now, const unlink_account& command) {
  if (now.version == 0) return errc::not_found;
  if (now.merged_into) return errc::household_merged;
  if (command.linked && now.account != command.linked)
    return refusal{errc::conflict, "The client is not linked to this account any more."};
  auto next = now;
  next.account.reset();
  next.account_username.clear();
  next.linked_at.reset();
  next.box_office_since.reset();
  next.everything_shown = false;
  auto made = write(now, std::move(next), command.audit, command.rows);
  // Behind the own row: an account has one household of an organisation at a time.
  if (command.instead) made->rows.cold.emplace_back(to_row(*command.instead, 0));
  return made;
}

decided<state> decide(const state& now, const absorb& command) {
  if (auto why = refuse(now, std::nullopt)) return *why;
  const auto& from = command.from;
  if (from.version == 0 || from.organisation != now.organisation) return errc::not_found;
  if (from.merged_into) return errc::household_merged;
  if (from.id == now.id) return refusal{errc::conflict, "A household can't be merged with itself."};
  const auto linked = command.linked ? std::optional{command.linked->account} : from.account;
  if (now.account && linked && *now.account != *linked) return errc::other_account;
  if (from.account && command.linked && *from.account != command.linked->account) return errc::other_account;
  if (now.members.size() + from.members.size() > members_max)
    return refusal{errc::conflict, "Together they have too many members."};
  auto next = now;
  next.members.insert(next.members.end(), from.members.begin(), from.members.end());
  for (const auto& tag : from.tags)
    if (std::find(next.tags.begin(), next.tags.end(), tag) == next.tags.end()) next.tags.push_back(tag);
  next.status = std::max(now.status, from.status);
  if (next.email.empty()) {
    next.email = from.email;
    next.email_key = from.email_key;
  }
  fill(next.phone, from.phone);
  fill(next.address, from.address);
  fill(next.username, from.username);
  fill(next.website, from.website);
  take_link(next, command);
  auto made = write(now, std::move(next), command.audit, command.rows);
  if (auto* merge = merge_in(made->rows)) merge->into_version = made->next.version;
  return made;
}

decided<state> decide(const state& now, const leave& command) {
  if (auto why = refuse(now, command.expected_version)) return *why;
  auto next = now;
  next.merged_into = command.into;
  next.archived = true;
  next.members.clear();
  next.account.reset();
  next.account_username.clear();
  next.linked_at.reset();
  next.box_office_since.reset();
  next.everything_shown = false;
  auto made = write(now, std::move(next), command.audit, command.rows);
  if (auto* merge = merge_in(made->rows)) merge->from_version = made->next.version;
  return made;
}

decided<state> decide(const state& now, const restore& command) {
  if (now.version == 0) return errc::not_found;
  if (now.version != command.expected_version) {
    refusal why{errc::newer_changes};
    why.fields.push_back({"household", "newer"});
    return why;
  }
  auto next = command.to;
  next.last_balance_mail_at = now.last_balance_mail_at;
  return write(now, std::move(next), command.audit, command.rows);
}

decided<done> decide(const state& now, const reread&) {
  step<state, done> out{now, {}, {}};
  out.durable = false;
  out.reload = true;
  return out;
}

outcome<state> decide(const state& now, const get_view&) {
  if (now.version == 0) return errc::not_found;
  return now;
}

} // namespace foyer::household
