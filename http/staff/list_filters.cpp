#include "http/staff/list_filters.hpp"

#include "http/paging.hpp"
#include "http/staff/balance_filter.hpp"

namespace foyer::http::staff {
namespace {

constexpr std::size_t search_max = 100;

// A filter of two values; notes what is neither.
std::optional<bool> flag_of(const request& in, std::string_view name, std::vector<field_error>& bad) {
  const auto text = in.query(name);
  if (!text || text->empty()) return std::nullopt;
  if (*text != "true" && *text != "false") bad.push_back({"?" + std::string{name}, "invalid"});
  return *text == "true";
}

} // namespace

outcome<household::filter> household_filter_of(const request& in, const organisation_id& at) {
  const auto page = paging_of<household_id>(in);
  if (!page) return page.error();
  household::filter out;
  out.organisation = at;
  out.limit = page->limit;
  out.before = page->after;
  std::vector<field_error> bad;
  out.text = in.query("q").value_or("");
  if (out.text.size() > search_max) bad.push_back({"?q", "too_long"});
  if (const auto status = in.query("status"); status && !status->empty()) {
    out.status = household::parse_status(*status);
    if (!out.status) bad.push_back({"?status", "invalid"});
  }
  out.tag = in.query("tag").value_or("");
  out.linked = flag_of(in, "linked", bad);
  if (in.query("archived") == "all")
    out.archived.reset();
  else
    out.archived = flag_of(in, "archived", bad).value_or(false); // H11
  if (const auto balance = in.query("balance"); balance && !balance->empty()) {
    if (*balance == "positive")
      out.balance_sign = 1;
    else if (*balance == "negative")
      out.balance_sign = -1;
    else if (*balance == "zero")
      out.balance_sign = 0;
    else
      bad.push_back({"?balance", "invalid"});
  }
  if (bad.empty()) return out;
  refusal why{errc::invalid};
  why.fields = std::move(bad);
  return why;
}

outcome<wallet::list_filter> wallet_filter_of(const request& in, const organisation_id& at) {
  const auto page = paging_of<household_id>(in);
  if (!page) return page.error();
  wallet::list_filter out;
  out.organisation = at;
  out.limit = page->limit;
  out.before = page->after;
  const auto balance = in.query("balance").value_or("");
  if (balance == "positive")
    out.balance_sign = 1;
  else if (balance == "negative")
    out.balance_sign = -1;
  else if (balance == "zero")
    out.balance_sign = 0;
  else if (!balance.empty())
    return bad_query("?balance");
  const auto last = in.query("last_mail").value_or("");
  if (last.empty()) return out;
  const auto when = parse_last_mail(last);
  if (!when) return bad_query("?last_mail");
  out.mailed_before = when->before;
  out.mailed_since = when->since;
  return out;
}

} // namespace foyer::http::staff
