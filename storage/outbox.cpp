#include "storage/outbox.hpp"

#include "actors/vocabulary/json_text.hpp"
#include "storage/pg/blocking.hpp"
#include "storage/token_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

namespace foyer::storage {
namespace {

using mailer::queued_mail;
using mailer::settlement;

/// Settlements as parallel arrays. A mail that was sent stays sent, whoever holds its row by now; everything
/// else counts only while the row still belongs to the attempt that it is about. I5: a recipient of a
/// campaign (its mails alone are bulk) is told with it. That a receiving server knows no such mailbox (RFC
/// 3463, 5.1.x, or no such code) is kept, so that no campaign writes there again.
constexpr const char* settle_mails = R"(
with booked as (
  update outbox o
  set state = case s.what when 'sent' then 2 when 'failed' then 3 when 'bounced' then 5 else 0 end,
      attempts = o.attempts - (s.what = 'released')::int,
      sent_at = case s.what when 'sent' then now() end,
      next_attempt_at = now() + s.retry_ms * interval '1 millisecond',
      leased_until = null,
      last_error = case s.what when 'sent' then null
                               when 'released' then o.last_error else s.detail end
  from unnest($1::uuid[], $2::int[], $3::text[], $4::bigint[], $5::text[]) s(id, attempt, what, retry_ms, detail)
  where o.id = s.id and o.id = any ($1::uuid[])
    and (o.state = 1 and o.attempts = s.attempt or s.what = 'sent' and o.state in (0, 1))
  returning o.id, o.state, o.priority, o.to_address, s.what, s.detail),
told as (
  update campaign_recipients r
  set fate = case when b.state = 2 then 2 when b.what = 'bounced' then 4 else 3 end, changed_at = now()
  from booked b where b.priority = 2 and b.state in (2, 3, 5) and r.id = b.id and r.fate = 1)
insert into suppressed_addresses (email_key, reason, at)
select distinct on (lower(to_address)) lower(to_address), detail, now() from booked
where what = 'bounced' and detail ~ '^55[013][ -](5\.1\.|[^5]|5[^.])'
on conflict (email_key) do update set reason = excluded.reason, at = excluded.at)";

/// Rows whose lease ran out, because their process died, come back into the queue at their old place; so do
/// those whose lease would last longer than any, because the clock was set back since.
constexpr const char* free_expired = R"(
update outbox set state = 0, leased_until = null, next_attempt_at = least(next_attempt_at, now())
where state = 1 and (leased_until <= now() or leased_until > now() + $1::bigint * interval '1 millisecond'))";

/// What waits for longer than any mail is put off was put off before the clock was set back.
constexpr const char* shorten_waits = R"(
update outbox set next_attempt_at = now()
where state = 0 and next_attempt_at > now() + $1::bigint * interval '1 millisecond')";

/// One index range per priority, so that rows which wait for a later attempt are never looked at. The ids are
/// named twice: plans are made while the outbox is empty, and joined with what seemed to be no rows at all,
/// each claim would go through the hundred thousand that a rush leaves there. Dead addresses get nothing but
/// security mails, which are tried all the same: their owner may have no other way in. What a mail server
/// said of another organisation's mail is not repeated.
constexpr const char* claim_mails = R"(
with due as (
  select c.id, c.priority, c.to_address from (values (0::smallint), (1::smallint), (2::smallint)) p(priority)
  cross join lateral (
    select o.id, o.priority, o.to_address from outbox o
    where o.state = 0 and o.priority = p.priority and o.next_attempt_at <= now()
    order by o.next_attempt_at limit $1::int for update skip locked) c
  limit $1::int
), looked_up as (
  select d.id, s.reason from due d
  left join suppressed_addresses s on d.priority > 0 and s.email_key = lower(d.to_address)
), claimed as (
  update outbox o
  set state = case when l.reason is null then 1 else 6 end, attempts = o.attempts + (l.reason is null)::int,
      leased_until = case when l.reason is null then now() + $2::bigint * interval '1 millisecond' end,
      last_error = case when l.reason is null then o.last_error else 'suppressed: the address is dead' end
  from looked_up l where o.id = l.id and o.id = any (array(select id from due))
  returning o.*
), told as (
  update campaign_recipients r set fate = 7, reason = 5, changed_at = now()
  from claimed c where c.state = 6 and c.priority = 2 and r.id = c.id
)
select c.id, c.template, c.locale, c.to_address, coalesce(c.to_name, ''), c.params, c.priority, c.attempts,
       (extract(epoch from c.created_at) * 1000)::bigint,
       greatest(0, (extract(epoch from now() - c.created_at) * 1000)::bigint),
       coalesce(org.name, ''), coalesce(org.settings, '{}'),
       case when c.template like 'balance%' then (select h.key_version from households h where h.id = c.household_id) end,
       coalesce(org.slug, '')
from claimed c left join organisations org on org.id = c.organisation_id
where c.state = 1
order by c.priority, c.created_at, c.id)";

/// The words of campaigns stand once with the campaign, not in every mail.
constexpr const char* campaign_texts = R"(
select id, texts::json -> 'fr' ->> 'subject', texts::json -> 'fr' ->> 'text', texts::json -> 'en' ->> 'subject',
       texts::json -> 'en' ->> 'text'
from campaigns where id = any($1::uuid[]))";

/// A link that aged in the queue (more than a tenth of its time) is as good as new when its mail goes out.
constexpr const char* renew_links = R"(
update tokens t set expires_at = now() + v.valid_ms * interval '1 millisecond'
from unnest($2::text[], $3::bigint[]) v(purpose, valid_ms)
where t.id = any($1::uuid[]) and t.state = 'valid' and t.purpose = v.purpose
  and t.expires_at < now() + v.valid_ms * interval '0.9 millisecond')";
/// Mails younger than that have links that are not aged, whatever their purpose.
constexpr std::chrono::seconds renewed_after{30};

constexpr const char* next_due = R"(
select (extract(epoch from min(c.next_attempt_at) - now()) * 1000)::bigint
from (values (0::smallint), (1::smallint), (2::smallint)) p(priority)
cross join lateral (
  select o.next_attempt_at from outbox o where o.state = 0 and o.priority = p.priority
  order by o.next_attempt_at limit 1) c)";

std::int64_t integer(const char* text) {
  std::int64_t out = 0;
  std::from_chars(text, text + std::char_traits<char>::length(text), out);
  return out;
}

std::string_view name_of(settlement::kind what) {
  switch (what) {
  case settlement::kind::sent: return "sent";
  case settlement::kind::retry: return "retry";
  case settlement::kind::failed: return "failed";
  case settlement::kind::released: break;
  }
  return "released";
}

/// An element of an array literal, quoted. What a mail server said may be in any encoding: only ASCII goes
/// in, so that one odd byte can't keep all the others from being booked.
void append_element(std::string& array, std::string_view text) {
  array += array.size() > 1 ? ",\"" : "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') array += '\\';
    array += c >= ' ' && c <= '~' ? c : '?';
  }
  array += '"';
}

/// The id that a mail's params name under this key; "" without. Keys are looked for with their quotes, which
/// a value could only hold escaped.
std::string id_in(const std::string& params, std::string_view key) {
  const auto at = params.find('"' + std::string{key} + "\":\"");
  if (at == std::string::npos) return {};
  return params.substr(at + key.size() + 4, 36);
}

std::string uuid_array(const std::vector<std::string>& ids) {
  std::string out = "{";
  for (const auto& id : ids)
    if (parse_uuid(id)) out += (out.size() > 1 ? "," : "") + id;
  return out + "}";
}

class blocking_outbox final : public mailer::outbox {
public:
  explicit blocking_outbox(outbox_options options) : options_(std::move(options)) {}

  std::optional<exchanged> exchange(std::span<const settlement> settlements, int claim_max,
                                    std::chrono::milliseconds lease) override {
    auto done = attempt(settlements, claim_max, lease);
    if (done) {
      failing_ = false;
      return std::move(*done);
    }
    if (!failing_ && options_.log) options_.log("outbox: " + done.error().detail);
    failing_ = true;
    connection_.reset();
    prepared_.forget();
    return std::nullopt;
  }

private:
  outcome<exchanged> attempt(std::span<const settlement> settlements, int claim_max,
                             std::chrono::milliseconds lease) {
    if (!connection_) {
      auto opened = open();
      if (!opened) return opened.error();
      connection_ = std::move(*opened);
    }
    PGconn* on = connection_.get();
    exchanged out;
    if (auto begun = query(on, "begin"); !begun) return begun.error();
    if (!settlements.empty())
      if (auto booked = settle(on, settlements); !booked) return booked.error();
    const auto lease_max = std::to_string(std::max(lease, options_.wait_max).count());
    if (auto freed = prepared_.run(on, free_expired, {lease_max}); !freed) return freed.error();
    if (claim_max > 0)
      if (auto claimed = claim(on, claim_max, lease, out); !claimed) return claimed.error();
    if (auto renewed = renew(on, out.mails); !renewed) return renewed.error();
    if (auto filled = fill_texts(on, out.mails); !filled) return filled.error();
    if (auto committed = query(on, "commit"); !committed) return committed.error();
    return out;
  }

  outcome<done> renew(PGconn* on, const std::vector<queued_mail>& mails) {
    std::vector<std::string> ids;
    for (const auto& mail : mails)
      if (mail.age >= renewed_after) ids.push_back(id_in(mail.params, "token_id"));
    if (ids.empty() || options_.links.empty()) return done{};
    std::string purposes = "{";
    std::string valid = "{";
    for (const auto& [purpose, time] : options_.links) {
      append_element(purposes, storage::name_of(purpose));
      append_element(valid, std::to_string(time.count()));
    }
    auto renewed = prepared_.run(on, renew_links, {uuid_array(ids), purposes + '}', valid + '}'});
    if (!renewed) return renewed.error();
    return done{};
  }

  /// Puts the words of its campaign into the params of each invitation.
  outcome<done> fill_texts(PGconn* on, std::vector<queued_mail>& mails) {
    std::vector<std::string> unknown;
    for (const auto& mail : mails) {
      const auto id = id_in(mail.params, "campaign_id");
      if (!id.empty() && !texts_.contains(id)) unknown.push_back(id);
    }
    if (!unknown.empty()) {
      if (texts_.size() > texts_max) texts_.clear();
      auto found = prepared_.run(on, campaign_texts, {uuid_array(unknown)});
      if (!found) return found.error();
      for (int row = 0; row < PQntuples(found->get()); ++row) {
        const auto text = [&](int column) { return std::string{PQgetvalue(found->get(), row, column)}; };
        texts_[text(0)] = {words_of(text(1), text(2)), words_of(text(3), text(4))};
      }
    }
    for (auto& mail : mails) {
      const auto words = texts_.find(id_in(mail.params, "campaign_id"));
      if (words == texts_.end() || !mail.params.ends_with('}')) continue;
      mail.params.pop_back();
      mail.params += mail.locale == "en" ? words->second.en : words->second.fr;
    }
    return done{};
  }

  /// The end of a params object: what follows its other members.
  static std::string words_of(const std::string& subject, const std::string& text) {
    auto out = json_object{}.add("subject_line", subject).add("text", text).text();
    out.front() = ',';
    return out;
  }

  outcome<blocking_connection> open() const {
    const auto seconds =
        std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(options_.connect_deadline).count(), 2);
    const std::string connect_timeout = std::to_string(seconds);
    // Plans are made once, perhaps while nothing waits yet: rows are found by index wherever there is one.
    const std::string session =
        "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off "
        "-c enable_mergejoin=off -c statement_timeout=" +
        std::to_string(options_.statement_deadline.count());
    const std::string user_timeout = std::to_string(options_.statement_deadline.count());
    // dbname first: a connection string may set the others too, but these deadlines hold whatever it says.
    const std::array keys{"dbname",
                          "connect_timeout",
                          "application_name",
                          "client_encoding",
                          "tcp_user_timeout",
                          "options",
                          static_cast<const char*>(nullptr)};
    const std::array values{
        options_.url.c_str(), connect_timeout.c_str(),          "foyer mailers", "UTF8", user_timeout.c_str(),
        session.c_str(),      static_cast<const char*>(nullptr)};
    blocking_connection opened{PQconnectdbParams(keys.data(), values.data(), 1)};
    if (!opened || PQstatus(opened.get()) != CONNECTION_OK)
      return refusal{errc::unavailable, opened ? PQerrorMessage(opened.get()) : "out of memory"};
    PQsetNoticeProcessor(
        opened.get(), [](void*, const char*) {}, nullptr);
    return opened;
  }

  outcome<query_result> settle(PGconn* on, std::span<const settlement> settlements) {
    std::array<std::string, 5> arrays;
    arrays.fill("{");
    for (const auto& each : settlements) {
      append_element(arrays[0], to_string(each.id));
      append_element(arrays[1], std::to_string(each.attempt));
      append_element(arrays[2], each.bounced ? "bounced" : name_of(each.what));
      append_element(arrays[3], std::to_string(each.retry_in.count()));
      append_element(arrays[4], each.detail);
    }
    for (auto& array : arrays) array += '}';
    return prepared_.run(on, settle_mails, {arrays.begin(), arrays.end()});
  }

  outcome<done> claim(PGconn* on, int claim_max, std::chrono::milliseconds lease, exchanged& out) {
    auto rows = prepared_.run(on, claim_mails, {std::to_string(claim_max), std::to_string(lease.count())});
    if (!rows) return rows.error();
    const int count = PQntuples(rows->get());
    for (int row = 0; row < count; ++row) out.mails.push_back(mail_of(rows->get(), row));
    if (count >= claim_max) return done{};

    auto due = prepared_.run(on, next_due, {});
    if (!due) return due.error();
    const auto text = first_value(*due);
    if (text.empty()) return done{};
    out.next_due = std::chrono::milliseconds{std::max<std::int64_t>(integer(text.c_str()), 0)};
    if (*out.next_due <= options_.wait_max) return done{};
    if (auto put = prepared_.run(on, shorten_waits, {std::to_string(options_.wait_max.count())}); !put)
      return put.error();
    out.next_due = std::chrono::milliseconds{0};
    return done{};
  }

  static queued_mail mail_of(PGresult* rows, int row) {
    auto text = [&](int column) { return PQgetvalue(rows, row, column); };
    queued_mail out;
    if (const auto id = parse_uuid(text(0))) out.id = mail_id(*id);
    out.template_name = text(1);
    out.locale = text(2);
    out.to_address = text(3);
    out.to_name = text(4);
    out.params = text(5);
    out.priority = static_cast<mail_priority>(std::clamp<std::int64_t>(integer(text(6)), 0, 2));
    out.attempt = static_cast<int>(integer(text(7)));
    out.created_at =
        std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds{integer(text(8))});
    out.age = std::chrono::milliseconds{integer(text(9))};
    out.organisation_name = text(10);
    out.organisation_settings = text(11);
    out.organisation_slug = text(13);
    // The key that is good now, not the one that was when the mail was written (S6).
    if (const std::string_view version = text(12); !version.empty() && out.params.ends_with('}')) {
      out.params.pop_back();
      out.params += ",\"key_version\":" + std::string{version} + '}';
    }
    return out;
  }

  struct wording {
    std::string fr;
    std::string en;
  };
  /// Campaigns that are sent side by side; only a bound.
  static constexpr std::size_t texts_max = 64;

  outbox_options options_;
  blocking_connection connection_;
  prepared_statements prepared_;
  std::unordered_map<std::string, wording> texts_; // by campaign; they never change
  bool failing_ = false;
};

} // namespace

std::unique_ptr<mailer::outbox> create_outbox(outbox_options options) {
  return std::make_unique<blocking_outbox>(std::move(options));
}

} // namespace foyer::storage
