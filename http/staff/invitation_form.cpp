#include "http/staff/invitation_form.hpp"

#include "http/list_json.hpp"
#include "http/paging.hpp"

#include <algorithm>
#include <numeric>

namespace foyer::http::staff {
namespace {

using campaign::fate;
using campaign::group;
using campaign::reason;

constexpr std::size_t tag_max = 60;

campaign::wording read_wording(const json::object& form, std::string_view locale) {
  const auto words = form.optional_child(locale);
  if (!words) return {};
  campaign::wording out;
  out.subject = words.text("subject", {.max = campaign::subject_max});
  out.text = words.text("text", {.max = campaign::text_max, .lines = true});
  return out;
}

void append_wording(json::writer& out, std::string_view locale, const campaign::wording& of) {
  out.key(locale).begin_object().field("subject", of.subject).field("text", of.text).end_object();
}

void append_texts(json::writer& out, const campaign::texts& of) {
  out.begin_object();
  append_wording(out, "fr", of.fr);
  append_wording(out, "en", of.en);
  out.end_object();
}

template <class Key>
std::int64_t count_of(const std::map<Key, std::int64_t>& in, Key key) {
  const auto found = in.find(key);
  return found == in.end() ? 0 : found->second;
}

void append_skipped(json::writer& out, campaign::kind what, const std::map<reason, std::int64_t>& of) {
  out.begin_object();
  for (const auto each : campaign::reasons_of(what)) out.field(campaign::to_string(each), count_of(of, each));
  out.end_object();
}

void append_client(json::writer& out, const campaign::candidate& of) {
  out.field("household_id", of.household).field("household_number", of.number);
  out.field("first_name", of.first_name).field("last_name", of.last_name);
  out.field_or_null("email", of.email).field("locale", of.locale);
  out.field_or_null("skipped", campaign::to_string(of.reason));
}

void append_recipient(json::writer& out, const campaign::recipient& of) {
  out.begin_object();
  append_client(out, of.who);
  out.field("status", campaign::to_string(of.fate)).field_or_null("error", of.error);
  out.field("changed_at", of.at).end_object();
}

// The clients of a preview, inside an object that is open.
template <class Append>
void append_candidates(json::writer& out, const campaign::preview& of, Append append) {
  append_items(out, of.candidates, append,
               next_cursor(of.more, of.candidates, &campaign::candidate::household));
}

std::string_view state_of(const campaign::overview& of) {
  if (!of.queued_at) return "queueing";
  return is_finished(of) ? "done" : "sending";
}

void append_campaign(json::writer& out, const campaign::overview& of,
                     const campaign::recipient_page* recipients) {
  out.begin_object().field("id", of.id).field("group", campaign::to_string(of.of.group));
  const bool invitation = of.of.kind == campaign::kind::invitation;
  if (invitation) out.field_or_null("tag", of.of.tag);
  out.field("household_id", of.of.household).field("state", state_of(of));
  out.field("created_at", of.created_at).field("queued_at", of.queued_at).field("created_by", of.by);
  std::int64_t total = 0;
  out.key("counts").begin_object();
  for (const auto each : campaign::all_fates) {
    out.field(campaign::to_string(each), count_of(of.counts, each));
    total += count_of(of.counts, each);
  }
  out.end_object().field("total", total).key("skipped");
  append_skipped(out, of.of.kind, of.skipped);
  if (invitation) {
    out.key("texts");
    append_texts(out, of.texts);
  }
  if (recipients != nullptr) {
    const auto mark = [](const campaign::recipient& each) { return each.who.household; };
    out.key("recipients").begin_object();
    append_items(out, recipients->recipients, append_recipient,
                 next_cursor(recipients->more, recipients->recipients, mark));
    out.end_object();
  }
  out.end_object();
}

} // namespace

campaign::selection read_selection(const json::object& form, const organisation_id& at) {
  constexpr group all[] = {group::all, group::added, group::invited, group::tag, group::one};
  campaign::selection out;
  out.organisation = at;
  out.group = all[form.choice("group", {"all", "added", "invited", "tag", "one"})];
  if (out.group == group::tag) out.tag = form.text("tag", {.max = tag_max});
  if (out.group == group::one) out.household = household_id{form.uuid("household_id")};
  return out;
}

campaign::texts read_texts(const json::object& form) {
  return {read_wording(form, "fr"), read_wording(form, "en")};
}

bool is_finished(const campaign::overview& of) {
  return of.queued_at && count_of(of.counts, fate::queued) == 0;
}

std::string preview_json(const campaign::preview& of) {
  std::string body;
  json::writer out(body);
  out.begin_object().field("invited", of.invited).key("skipped");
  append_skipped(out, campaign::kind::invitation, of.skipped);
  append_candidates(out, of, [](json::writer& to, const campaign::candidate& each) {
    to.begin_object();
    append_client(to, each);
    to.end_object();
  });
  out.end_object();
  return body;
}

std::string balance_preview_json(const campaign::preview& of, const currency& unit) {
  std::string body;
  json::writer out(body);
  out.begin_object().field("mails", of.invited).field("balance", money{of.balance, unit}).key("skipped");
  append_skipped(out, campaign::kind::balance, of.skipped);
  append_candidates(out, of, [&](json::writer& to, const campaign::candidate& each) {
    to.begin_object();
    append_client(to, each);
    to.field("balance", money{each.balance, unit}).end_object();
  });
  out.end_object();
  return body;
}

std::string texts_json(const campaign::texts& of) {
  std::string body;
  json::writer out(body);
  append_texts(out, of);
  return body;
}

std::string campaign_json(const campaign::overview& of, const campaign::recipient_page* recipients) {
  std::string body;
  json::writer out(body);
  append_campaign(out, of, recipients);
  return body;
}

std::string campaigns_json(const campaign::campaign_page& page) {
  const auto append = [](json::writer& out, const campaign::overview& each) {
    append_campaign(out, each, nullptr);
  };
  return list_json(page.campaigns, append, next_cursor(page.more, page.campaigns, &campaign::overview::id));
}

} // namespace foyer::http::staff
