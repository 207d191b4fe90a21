#include "actors/campaign/campaign.hpp"

#include "actors/vocabulary/time_text.hpp"

#include <boost/json.hpp>

namespace foyer::campaign {
namespace {

namespace json = boost::json;

uuid last_uuid() noexcept {
  uuid out;
  out.bytes.fill(0xFF);
  return out;
}

std::string text_at(const json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  if (found == nullptr || !found->is_string()) return {};
  return std::string{found->get_string().data(), found->get_string().size()};
}

wording wording_at(const json::object& from, std::string_view locale) {
  const auto* found = from.if_contains(locale);
  if (found == nullptr || !found->is_object()) return {};
  return {text_at(found->get_object(), "subject"), text_at(found->get_object(), "text")};
}

json::object json_of(const wording& of) {
  return {{"subject", of.subject}, {"text", of.text}};
}

} // namespace

std::string_view to_string(group of) noexcept {
  switch (of) {
  case group::all: return "all";
  case group::added: return "added";
  case group::invited: return "invited";
  case group::tag: return "tag";
  case group::one: return "one";
  case group::positive: return "positive";
  case group::negative: return "negative";
  }
  return "all";
}

std::span<const reason> reasons_of(kind of) noexcept {
  static constexpr reason invitations[] = {reason::archived,     reason::accepted,   reason::no_address,
                                           reason::unsubscribed, reason::suppressed, reason::replaced,
                                           reason::aborted};
  static constexpr reason balances[] = {reason::archived,     reason::no_address, reason::suppressed,
                                        reason::space_closed, reason::no_balance, reason::aborted};
  if (of == kind::balance) return balances;
  return invitations;
}

std::string_view to_string(reason of) noexcept {
  switch (of) {
  case reason::none: return "";
  case reason::archived: return "archived";
  case reason::accepted: return "accepted";
  case reason::no_address: return "no_address";
  case reason::unsubscribed: return "unsubscribed";
  case reason::suppressed: return "suppressed";
  case reason::replaced: return "replaced";
  case reason::space_closed: return "space_closed";
  case reason::no_balance: return "no_balance";
  case reason::aborted: return "aborted";
  }
  return "";
}

std::string_view to_string(fate of) noexcept {
  switch (of) {
  case fate::queued: return "queued";
  case fate::sent: return "sent";
  case fate::failed: return "failed";
  case fate::bounced: return "bounced";
  case fate::accepted: return "accepted";
  case fate::unsubscribed: return "unsubscribed";
  case fate::skipped: return "skipped";
  }
  return "queued";
}

std::optional<fate> parse_fate(std::string_view text) noexcept {
  for (const auto each : all_fates)
    if (to_string(each) == text) return each;
  return std::nullopt;
}

uuid predecessor(uuid of) noexcept {
  if (of.is_nil()) return of;
  for (auto at = of.bytes.rbegin(); at != of.bytes.rend(); ++at)
    if ((*at)-- != 0) break;
  return of;
}

range range_of(const selection& which) noexcept {
  if (which.group != group::one) return {{}, last_uuid()};
  const auto id = which.household.value_or(household_id{}).value;
  return {predecessor(id), id};
}

texts default_texts(std::string_view organisation_name) {
  const std::string name{organisation_name};
  texts out;
  out.fr.subject = "Activez votre compte en ligne\u00a0: " + name;
  out.fr.text = name +
                " vous propose un compte en ligne\u00a0: vos billets sur votre téléphone, vos commandes "
                "et votre solde au même endroit.\n\nIl suffit de l’activer.";
  out.en.subject = "Activate your online account: " + name;
  out.en.text = name +
                " offers you an online account: your tickets on your phone, your orders and your balance "
                "in one place.\n\nAll you need to do is activate it.";
  return out;
}

texts filled(texts own, const texts& otherwise) {
  if (own.fr.empty()) own.fr = otherwise.fr;
  if (own.en.empty()) own.en = otherwise.en;
  return own;
}

std::string_view balance_template(amount balance) noexcept {
  return balance < 0 ? "balance_negative" : "balance_positive";
}

std::string balance_params(const balance& of) {
  // A debt is told as what is owed, without a sign.
  const auto sum = of.sum.value < 0 ? -of.sum.value : of.sum.value;
  return json::serialize(json::object{{"household_id", to_string(of.household)},
                                      {"household_number", of.household_number},
                                      {"first_name", of.first_name},
                                      {"sum", {{"amount", sum}, {"currency", of.sum.unit.code()}}},
                                      {"as_of_at", utc_text(of.at)}});
}

std::string to_json(const texts& of) {
  return json::serialize(json::object{{"fr", json_of(of.fr)}, {"en", json_of(of.en)}});
}

texts texts_from_json(std::string_view from) {
  boost::system::error_code failed;
  const auto root = json::parse(json::string_view{from.data(), from.size()}, failed);
  if (failed || !root.is_object()) return {};
  return {wording_at(root.get_object(), "fr"), wording_at(root.get_object(), "en")};
}

} // namespace foyer::campaign
