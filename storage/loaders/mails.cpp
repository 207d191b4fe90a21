#include "actors/campaign/campaign.hpp"
#include "actors/mailer/records.hpp"
#include "actors/vocabulary/json_text.hpp"
#include "storage/loaders/office.hpp"
#include "storage/loaders/query.hpp"

#include <algorithm>

namespace foyer::storage {
namespace {

using mailer::kept_mail;
using mailer::listed_mail;
using mailer::mail_page;

// An account is its owner's alone: its security mails are nobody else's to see, whichever organisation it
// registered at. Statements of their own, since each has an index of its own, and plans are made once for all
// parameters.
constexpr pg::statement mails_of_organisation{"mails_of_organisation", R"sql(
select id, template, locale, to_address, to_name, priority, state, attempts, created_at, sent_at,
  case when state = 0 then next_attempt_at end, last_error, household_id
from outbox where organisation_id = $1 and ($2::uuid is null or id < $2) and ($3::smallint is null or state = $3)
  and (priority > 0 or household_id is not null or template = 'staff_welcome')
order by id desc limit $4::bigint
)sql"};
constexpr pg::statement troubled_mails{"troubled_mails", R"sql(
select id, template, locale, to_address, to_name, priority, state, attempts, created_at, sent_at,
  null::timestamptz, last_error, household_id
from outbox where organisation_id = $1 and ($2::uuid is null or id < $2) and state = $3 and state in (3, 5, 6, 7)
  and (priority > 0 or household_id is not null or template = 'staff_welcome')
order by id desc limit $4::bigint
)sql"};
constexpr pg::statement mails_of_household{"mails_of_household", R"sql(
select id, template, locale, to_address, to_name, priority, state, attempts, created_at, sent_at,
  case when state = 0 then next_attempt_at end, last_error, household_id
from outbox where organisation_id = $1 and ($2::uuid is null or id < $2) and ($3::smallint is null or state = $3)
  and household_id = $5
order by id desc limit $4::bigint
)sql"};
constexpr pg::statement mail_with_params{"mail_with_params", R"sql(
select o.id, o.template, o.locale, o.to_address, o.to_name, o.priority, o.state, o.attempts, o.created_at, o.sent_at,
  case when o.state = 0 then o.next_attempt_at end, o.last_error, o.household_id, o.params,
  case when o.template = 'invitation' then
    (select c.texts from campaigns c where c.id = (o.params::json ->> 'campaign_id')::uuid) end,
  case when o.template like 'balance%' then (select h.key_version from households h where h.id = o.household_id) end
from outbox o where o.organisation_id = $1 and o.id = $2
  and (o.priority > 0 or o.household_id is not null or o.template = 'staff_welcome')
)sql"};
constexpr pg::statement suppression_of{"suppression_of",
                                       "select reason, at from suppressed_addresses where email_key = $1"};

constexpr pg::statement logo_of{
    "logo_of", "select media_type, bytes from organisation_logos where organisation_id = $1"};

listed_mail read_mail(pg::row_reader& row) {
  listed_mail out;
  std::int32_t priority = 0;
  std::int32_t state = 0;
  std::int32_t attempts = 0;
  row.into(out.id, out.template_name, out.locale, out.to_address, out.to_name, priority, state, attempts,
           out.created_at, out.sent_at, out.next_attempt_at, out.error, out.household);
  out.priority = static_cast<mail_priority>(priority);
  out.fate = static_cast<mailer::fate>(state);
  out.attempts = attempts;
  return out;
}

mail_page page_in(const pg::rows& from, int limit) {
  mail_page out;
  out.more = from.size() > limit;
  for (int row = 0; row < std::min(from.size(), limit); ++row) {
    pg::row_reader reader{from, row};
    out.mails.push_back(read_mail(reader));
  }
  return out;
}

// What the mailers add when they claim it (storage/outbox.cpp).
void add_words(kept_mail& to, const std::string& texts, const std::optional<std::int64_t>& key_version) {
  if (!to.params.ends_with('}')) return;
  std::string more;
  if (!texts.empty()) {
    const auto& words = campaign::texts_from_json(texts).in(to.shown.locale);
    more = json_object{}.add("subject_line", words.subject).add("text", words.text).text();
    more.front() = ',';
    more.pop_back();
  }
  if (key_version) more += ",\"key_version\":" + std::to_string(*key_version);
  to.params.insert(to.params.size() - 1, more);
}

bool is_troubled(mailer::fate of) {
  using mailer::fate;
  return of == fate::failed || of == fate::bounced || of == fate::suppressed || of == fate::aborted;
}

class mail_records final : public mailer::records {
public:
  explicit mail_records(pg::read_pool& from) : from_(from) {}

  void list(const mailer::mail_filter& which, told<mail_page> done) override {
    std::optional<pg::small> state;
    if (which.fate) state = pg::as_small(static_cast<int>(*which.fate));
    const auto limit = static_cast<std::int64_t>(which.limit) + 1;
    const auto& at = which.organisation;
    auto asked = which.household ? query(mails_of_household, at, which.before, state, limit, *which.household)
                 : which.fate && is_troubled(*which.fate)
                     ? query(troubled_mails, at, which.before, state, limit)
                     : query(mails_of_organisation, at, which.before, state, limit);
    read<mail_page>(
        from_, within{at}, queries(std::move(asked)), std::move(done),
        [limit = which.limit](const all_rows& got) -> outcome<mail_page> { return page_in(got[0], limit); });
  }

  void find(const organisation_id& at, const mail_id& which, told<std::optional<kept_mail>> done) override {
    using maybe = std::optional<kept_mail>;
    read<maybe>(from_, within{at}, queries(query(mail_with_params, at, which)), std::move(done),
                [](const all_rows& got) -> outcome<maybe> {
                  if (got[0].size() == 0) return maybe{};
                  pg::row_reader row{got[0], 0};
                  kept_mail out;
                  out.shown = read_mail(row);
                  std::string texts;
                  std::optional<std::int64_t> key_version;
                  row.into(out.params, texts, key_version);
                  add_words(out, texts, key_version);
                  return maybe{std::move(out)};
                });
  }

  void find_suppression(const std::string& email_key,
                        told<std::optional<mailer::suppression>> done) override {
    using maybe = std::optional<mailer::suppression>;
    read<maybe>(from_, everywhere{"dead addresses belong to no tenant"},
                queries(query(suppression_of, email_key)), std::move(done),
                [](const all_rows& got) -> outcome<maybe> {
                  if (got[0].size() == 0) return maybe{};
                  mailer::suppression out;
                  pg::row_reader{got[0], 0}.into(out.reason, out.at);
                  return maybe{std::move(out)};
                });
  }

  void find_logo(const organisation_id& at, told<std::optional<mailer::logo>> done) override {
    using maybe = std::optional<mailer::logo>;
    read<maybe>(from_, within{at}, queries(query(logo_of, at)), std::move(done),
                [](const all_rows& got) -> outcome<maybe> {
                  if (got[0].size() == 0) return maybe{};
                  mailer::logo out;
                  pg::row_reader{got[0], 0}.into(out.media_type, out.bytes);
                  return maybe{std::move(out)};
                });
  }

private:
  pg::read_pool& from_;
};

} // namespace

std::unique_ptr<mailer::records> create_mail_records(pg::read_pool& from) {
  return std::make_unique<mail_records>(from);
}

} // namespace foyer::storage
