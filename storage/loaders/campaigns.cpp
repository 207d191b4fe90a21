#include "actors/campaign/campaigns.hpp"

#include "storage/campaign_sql.hpp"
#include "storage/loaders/office.hpp"
#include "storage/loaders/query.hpp"

#include <algorithm>

namespace foyer::storage {
namespace {

using campaign::campaign_page;
using campaign::candidate;
using campaign::overview;
using campaign::preview;
using campaign::recipient_page;

const std::string count_sql = std::string{"select reason, count(*) from (select "} + campaign_reason +
                              " as reason" + campaign_households + ") c group by reason";
const std::string candidates_sql =
    std::string{"select h.id, h.number, m.first_name, m.last_name, h.email, h.locale, "} + campaign_reason +
    campaign_households + " order by h.id limit $6::bigint";
const std::string balance_count_sql = std::string{"select "} + balance_reason +
                                      ", count(*), coalesce(sum(w.balance), 0)::bigint" + balance_households +
                                      " group by 1";
const std::string balance_candidates_sql =
    std::string{"select h.id, h.number, m.first_name, m.last_name, h.email, h.locale, "} + balance_reason +
    ", w.balance" + balance_households + " order by w.household_id limit $7::bigint";
const pg::statement count_of_balances{"count_of_balances", balance_count_sql.c_str()};
const pg::statement candidates_of_balances{"candidates_of_balances", balance_candidates_sql.c_str()};
const pg::statement count_of_selection{"count_of_selection", count_sql.c_str()};
const pg::statement candidates_of_selection{"candidates_of_selection", candidates_sql.c_str()};

constexpr pg::statement campaigns_of_organisation{"campaigns_of_organisation", R"sql(
select id, recipients, tag, household_id, texts, created_by, created_at, queued_at, mailed_before, mailed_since
from campaigns where organisation_id = $1 and ($2::uuid is null or id < $2) and ($3::uuid is null or id = $3)
  and kind = $5::smallint
order by id desc limit $4::bigint
)sql"};
constexpr pg::statement fates_of_campaigns{"fates_of_campaigns", R"sql(
select campaign_id, fate, reason, count(*) from campaign_recipients
where campaign_id in (
  select id from campaigns where organisation_id = $1 and ($2::uuid is null or id < $2) and ($3::uuid is null or id = $3)
    and kind = $5::smallint
  order by id desc limit $4::bigint)
group by campaign_id, fate, reason
)sql"};
constexpr pg::statement recipients_of_campaign{"recipients_of_campaign", R"sql(
select r.household_id, h.number, m.first_name, m.last_name, r.to_address, h.locale, r.reason, r.fate,
  case when r.fate = 7 then null else o.last_error end, r.changed_at
from campaign_recipients r
left join households h on h.id = r.household_id
left join members m on m.id = h.responsible_id
left join outbox o on o.id = r.id
where r.campaign_id = $1 and ($2::uuid is null or r.household_id > $2) and ($3::integer is null or r.fate = $3)
order by r.household_id limit $4::bigint
)sql"};
constexpr pg::statement wordings_of_organisation{
    "wordings_of_organisation",
    "select locale, subject, text from invitation_wordings where organisation_id = $1"};

campaign::group group_named(std::string_view name) {
  for (const auto each : campaign::all_groups)
    if (campaign::to_string(each) == name) return each;
  return campaign::group::all;
}

candidate read_candidate(pg::row_reader& row) {
  candidate out;
  std::int32_t why = 0;
  row.into(out.household, out.number, out.first_name, out.last_name, out.email, out.locale, why);
  out.reason = static_cast<campaign::reason>(why);
  return out;
}

preview preview_in(const all_rows& from, campaign::kind of, int limit) {
  preview out;
  for (int row = 0; row < from[0].size(); ++row) {
    std::int32_t why = 0;
    std::int64_t count = 0;
    amount sum = 0;
    pg::row_reader reader{from[0], row};
    reader.into(why, count);
    if (of == campaign::kind::balance) reader.into(sum);
    if (why == 0) {
      out.invited = count;
      out.balance = sum;
    } else {
      out.skipped[static_cast<campaign::reason>(why)] = count;
    }
  }
  if (from.size() < 2) return out;
  out.more = from[1].size() > limit;
  for (int row = 0; row < std::min(from[1].size(), limit); ++row) {
    pg::row_reader reader{from[1], row};
    out.candidates.push_back(read_candidate(reader));
    if (of == campaign::kind::balance) reader.into(out.candidates.back().balance);
  }
  return out;
}

campaign_page campaigns_in(const all_rows& from, const organisation_id& at, campaign::kind what, int limit) {
  campaign_page out;
  out.more = from[0].size() > limit;
  for (int row = 0; row < std::min(from[0].size(), limit); ++row) {
    overview one;
    std::string group;
    std::string words;
    one.of.organisation = at;
    one.of.kind = what;
    pg::row_reader{from[0], row}.into(one.id, group, one.of.tag, one.of.household, words, one.by,
                                      one.created_at, one.queued_at, one.of.mailed_before,
                                      one.of.mailed_since);
    one.of.group = group_named(group);
    one.texts = campaign::texts_from_json(words);
    out.campaigns.push_back(std::move(one));
  }
  for (int row = 0; row < from[1].size(); ++row) {
    campaign_id which;
    std::int32_t fate = 0;
    std::int32_t why = 0;
    std::int64_t count = 0;
    pg::row_reader{from[1], row}.into(which, fate, why, count);
    for (auto& each : out.campaigns) {
      if (each.id != which) continue;
      each.counts[static_cast<campaign::fate>(fate)] += count;
      if (why != 0) each.skipped[static_cast<campaign::reason>(why)] += count;
    }
  }
  return out;
}

recipient_page recipients_in(const pg::rows& from, int limit) {
  recipient_page out;
  out.more = from.size() > limit;
  for (int row = 0; row < std::min(from.size(), limit); ++row) {
    pg::row_reader reader{from, row};
    campaign::recipient one;
    one.who = read_candidate(reader);
    std::int32_t fate = 0;
    reader.into(fate, one.error, one.at);
    one.fate = static_cast<campaign::fate>(fate);
    out.recipients.push_back(std::move(one));
  }
  return out;
}

class campaign_records final : public campaign::records {
public:
  explicit campaign_records(pg::read_pool& from) : from_(from) {}

  void preview_of(const campaign::selection& which, std::optional<household_id> after, int limit,
                  told<preview> done) override {
    auto asked = which.kind == campaign::kind::balance ? of_balances(which, after, limit)
                                                       : of_invitations(which, after, limit);
    read<preview>(from_, within{which.organisation}, std::move(asked), std::move(done),
                  [limit, of = which.kind](const all_rows& got) -> outcome<preview> {
                    return preview_in(got, of, limit);
                  });
  }

  void list(const organisation_id& at, campaign::kind what, std::optional<campaign_id> before, int limit,
            told<campaign_page> done) override {
    ask_for_campaigns(at, what, before, std::nullopt, limit, std::move(done));
  }

  void find(const organisation_id& at, campaign::kind what, const campaign_id& which,
            told<std::optional<overview>> done) override {
    ask_for_campaigns(at, what, std::nullopt, which, 1,
                      [done = std::move(done)](outcome<campaign_page> page) {
                        if (!page) return done(std::move(page.error()));
                        if (page->campaigns.empty()) return done(std::optional<overview>{});
                        done(std::optional{std::move(page->campaigns.front())});
                      });
  }

  void list_recipients(const organisation_id& at, const campaign_id& which,
                       std::optional<campaign::fate> only, std::optional<household_id> after, int limit,
                       told<recipient_page> done) override {
    std::optional<std::int32_t> fate;
    if (only) fate = static_cast<std::int32_t>(*only);
    auto asked = query(recipients_of_campaign, which, after, fate, static_cast<std::int64_t>(limit) + 1);
    read<recipient_page>(
        from_, within{at}, queries(std::move(asked)), std::move(done),
        [limit](const all_rows& got) -> outcome<recipient_page> { return recipients_in(got[0], limit); });
  }

  void find_texts(const organisation_id& at, told<campaign::texts> done) override {
    read<campaign::texts>(from_, within{at}, queries(query(wordings_of_organisation, at)), std::move(done),
                          [](const all_rows& got) -> outcome<campaign::texts> {
                            campaign::texts out;
                            for (int row = 0; row < got[0].size(); ++row) {
                              std::string locale;
                              campaign::wording words;
                              pg::row_reader{got[0], row}.into(locale, words.subject, words.text);
                              (locale == "en" ? out.en : out.fr) = std::move(words);
                            }
                            return out;
                          });
  }

private:
  // The counts, and with a limit the clients from behind `after`.
  static std::vector<pg::read_query> of_invitations(const campaign::selection& which,
                                                    std::optional<household_id> after, int limit) {
    const auto range = campaign::range_of(which);
    const auto group = campaign::to_string(which.group);
    const auto tag = pg::none_if_empty(which.tag);
    auto asked = queries(query(count_of_selection, which.organisation, range.after, range.until, group, tag));
    if (limit > 0)
      asked.push_back(query(candidates_of_selection, which.organisation,
                            after ? std::max(after->value, range.after) : range.after, range.until, group,
                            tag, static_cast<std::int64_t>(limit) + 1));
    return asked;
  }

  static std::vector<pg::read_query> of_balances(const campaign::selection& which,
                                                 std::optional<household_id> after, int limit) {
    const auto range = campaign::range_of(which);
    const auto group = campaign::to_string(which.group);
    auto asked = queries(query(count_of_balances, which.organisation, range.after, range.until, group,
                               which.mailed_before, which.mailed_since));
    if (limit > 0)
      asked.push_back(query(candidates_of_balances, which.organisation,
                            after ? std::max(after->value, range.after) : range.after, range.until, group,
                            which.mailed_before, which.mailed_since, static_cast<std::int64_t>(limit) + 1));
    return asked;
  }

  void ask_for_campaigns(const organisation_id& at, campaign::kind what, std::optional<campaign_id> before,
                         std::optional<campaign_id> only, int limit, told<campaign_page> done) {
    const auto rows = static_cast<std::int64_t>(limit);
    const auto kind = pg::as_small(static_cast<int>(what));
    read<campaign_page>(from_, within{at},
                        queries(query(campaigns_of_organisation, at, before, only, rows + 1, kind),
                                query(fates_of_campaigns, at, before, only, rows, kind)),
                        std::move(done), [at, what, limit](const all_rows& got) -> outcome<campaign_page> {
                          return campaigns_in(got, at, what, limit);
                        });
  }

  pg::read_pool& from_;
};

} // namespace

std::unique_ptr<campaign::records> create_campaign_records(pg::read_pool& from) {
  return std::make_unique<campaign_records>(from);
}

} // namespace foyer::storage
