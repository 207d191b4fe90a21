#include "actors/checkout/pricing.hpp"

#include "actors/organisation/form.hpp"

#include <algorithm>

namespace foyer::checkout {
namespace {

// A bound on what one order may hold, so that one request can't make a commit of any size.
constexpr std::size_t lines_max = 50;
constexpr std::int64_t quantity_max = 500; // of all lines together

refusal bad_line(std::size_t line, std::string_view field, std::string_view code, errc why = errc::invalid) {
  refusal out{why};
  out.fields.push_back({"/lines/" + std::to_string(line) + "/" + std::string{field}, std::string{code}});
  return out;
}

date day_of(time_point at) {
  return date{std::chrono::floor<std::chrono::days>(at)};
}

bool age_fits(const std::optional<date>& birth, const std::optional<int>& min, const std::optional<int>& max,
              time_point at) {
  if (!min && !max) return true;
  if (!birth) return true; // not known: the ticket is looked at when its holder comes
  const auto age = age_on(*birth, day_of(at));
  return (!min || age >= *min) && (!max || age <= *max);
}

bool has_tag(const household::state* of, const std::string& tag) {
  return of != nullptr && std::find(of->tags.begin(), of->tags.end(), tag) != of->tags.end();
}

std::optional<refusal> refuse_members(const wanted_line& line, std::size_t at, const offer::details& what,
                                      const offer::rate& rate, const shopper& who, time_point now) {
  if (what.for_members && line.members.size() != static_cast<std::size_t>(line.quantity))
    return bad_line(at, "member_ids", line.members.empty() ? "required" : "invalid");
  if (line.members.size() > static_cast<std::size_t>(line.quantity))
    return bad_line(at, "member_ids", "invalid");
  for (const auto& id : line.members) {
    const auto* member = who.household != nullptr ? who.household->find_member(id) : nullptr;
    if (member == nullptr) return bad_line(at, "member_ids", "invalid");
    if (!age_fits(member->birth_date, what.min_age, what.max_age, now) ||
        !age_fits(member->birth_date, rate.min_age, rate.max_age, now))
      return bad_line(at, "member_ids", "age");
  }
  return std::nullopt;
}

// O1: a place without a name counts as the buyer's, where that one's age is known; staff know whom they sell
// to. Somebody who has a place that fits may bring others at their rates: their ages show at the door.
std::optional<refusal> refuse_unnamed(const std::vector<wanted_line>& lines, std::size_t at,
                                      const offer::details& what, const offer::rate& rate, const shopper& who,
                                      time_point now) {
  const auto& line = lines[at];
  if (who.by_staff || line.members.size() == static_cast<std::size_t>(line.quantity)) return std::nullopt;
  const auto fits = [&](const auto& limited) {
    return age_fits(who.birth_date, limited.min_age, limited.max_age, now);
  };
  if (!fits(what)) return bad_line(at, "member_ids", "age");
  if (fits(rate)) return std::nullopt;
  for (const auto& other : lines) {
    const auto* chosen = other.offer == line.offer ? what.find_rate(other.rate) : nullptr;
    if (chosen != nullptr && fits(*chosen)) return std::nullopt;
  }
  return bad_line(at, "member_ids", "age");
}

} // namespace

outcome<std::map<offer_id, std::int64_t>> quantities(const std::vector<wanted_line>& lines) {
  if (lines.empty() || lines.size() > lines_max) {
    refusal why{errc::invalid};
    why.fields.push_back({"/lines", lines.empty() ? "required" : "too_long"});
    return why;
  }
  std::map<offer_id, std::int64_t> sums;
  std::int64_t all = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    all += lines[i].quantity;
    if (lines[i].quantity < 1 || all > quantity_max) return bad_line(i, "quantity", "out_of_range");
    sums[lines[i].offer] += lines[i].quantity;
  }
  return sums;
}

outcome<std::vector<order::line>>
price(const std::vector<wanted_line>& lines,
      const std::map<offer_id, std::shared_ptr<const offer::details>>& offers, const shopper& who,
      std::string_view locale, time_point at) {
  std::vector<order::line> out;
  out.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& what = *offers.at(lines[i].offer);
    const auto* rate = what.find_rate(lines[i].rate);
    if (rate == nullptr) return bad_line(i, "rate_id", "invalid");
    if (!who.by_staff && !rate->tag.empty() && !has_tag(who.household, rate->tag))
      return bad_line(i, "rate_id", "not_entitled");
    if (auto why = refuse_members(lines[i], i, what, *rate, who, at)) return *why;
    if (auto why = refuse_unnamed(lines, i, what, *rate, who, at)) return *why;
    order::line made;
    made.position = static_cast<int>(i);
    made.offer = lines[i].offer;
    made.rate = rate->id;
    made.title = what.title.in(locale);
    made.quantity = lines[i].quantity;
    made.unit_price = rate->price;
    made.vat_basis_points = what.vat_basis_points;
    made.members = lines[i].members;
    out.push_back(std::move(made));
  }
  return out;
}

std::optional<amount> total_of(const std::vector<order::line>& lines) {
  amount sum = 0;
  for (const auto& each : lines) {
    const auto part = multiply(each.unit_price, each.quantity);
    const auto more = part ? add(sum, *part) : std::nullopt;
    if (!more || *more > largest_amount) return std::nullopt;
    sum = *more;
  }
  return sum;
}

std::optional<refusal> refuse_underage(const organisation::settings& options, const shopper& who,
                                       const buyer& typed, time_point at) {
  if (who.by_staff || options.minimum_buyer_age <= 0) return std::nullopt;
  const auto& birth = who.birth_date ? who.birth_date : typed.birth_date;
  if (birth) {
    if (age_on(*birth, day_of(at)) < options.minimum_buyer_age) return refusal{errc::underage};
    return std::nullopt;
  }
  if (typed.of_age.value_or(!who.guest)) return std::nullopt;
  return refusal{errc::underage};
}

std::string prefilled(const organisation::settings& options, const std::string& typed,
                      const std::string& profile) {
  if (options.form.empty()) return typed;
  return organisation::merged_answers(
      organisation::current_answers(options, organisation::audience::buyer, profile), typed);
}

std::vector<field_error> missing_answers(const organisation::settings& options,
                                         std::string_view answers_json) {
  return organisation::missing_answers(options, organisation::audience::buyer, answers_json,
                                       "/buyer/answers/");
}

outcome<std::vector<split_payment>> split(amount total, const std::vector<wanted_payment>& wished,
                                          amount available, const std::vector<payment_method>& allowed,
                                          const currency& unit, bool allow_negative) {
  std::vector<split_payment> out;
  amount rest = total;
  for (std::size_t i = 0; i < wished.size(); ++i) {
    const auto& each = wished[i];
    const bool last = i + 1 == wished.size();
    const bool wallet = each.method == payment_method::wallet;
    if (std::find(allowed.begin(), allowed.end(), each.method) == allowed.end())
      return errc::payment_method_unavailable;
    for (const auto& former : out)
      if (wallet && former.method == payment_method::wallet) return errc::payment_mismatch;
    if (each.sum && each.sum->unit != unit) return errc::currency_mismatch;
    if (each.sum && (each.sum->value <= 0 || each.sum->value > rest)) return errc::payment_mismatch;
    if (rest == 0) continue; // nothing left to pay needs no second method
    amount part = 0;
    if (wallet) {
      if (!allow_negative && available <= 0) return errc::insufficient_funds;
      part = each.sum ? each.sum->value : allow_negative ? rest : std::min(available, rest);
      if (!allow_negative && part > available) return errc::insufficient_funds;
    } else {
      if (each.sum && last && each.sum->value != rest) return errc::payment_required;
      if (!each.sum && !last) return errc::payment_mismatch;
      part = each.sum ? each.sum->value : rest;
    }
    out.push_back({each.method, part, each.reference});
    rest -= part;
  }
  if (rest > 0) return errc::payment_required;
  return out;
}

bool makes_tickets(offer::kind of) noexcept {
  return of == offer::kind::ticket || of == offer::kind::course || of == offer::kind::booking;
}

} // namespace foyer::checkout
