#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/money.hpp"
#include "actors/vocabulary/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// A campaign: a mail to each of many clients, an invitation (I1 to I5) or what their balance is (W7). Who
// gets one, with which words, and what became of it. Pure.

namespace foyer::campaign {

/// What is mailed. The numbers are stored.
enum class kind { invitation = 1, balance = 2 };

/// Which clients are meant: `added`, `invited` and `tag` of invitations (I1), `positive` and `negative` of
/// balances (W7), where `all` means both.
enum class group { all, added, invited, tag, one, positive, negative };
inline constexpr std::array<group, 7> all_groups{group::all, group::added,    group::invited, group::tag,
                                                 group::one, group::positive, group::negative};
std::string_view to_string(group of) noexcept;

struct selection {
  organisation_id organisation;
  campaign::group group = group::all;
  std::string tag;                       // of group::tag
  std::optional<household_id> household; // of group::one
  campaign::kind kind = kind::invitation;
  /// Of balances: clients whose last balance mail was before, or since; who never had one is before any time.
  std::optional<time_point> mailed_before{};
  std::optional<time_point> mailed_since{};
};

/// What a selection means for a walk through the organisation's clients in the order of their ids.
struct range {
  uuid after; // from behind this one
  uuid until; // up to this one
};
range range_of(const selection& which) noexcept;
/// The id before this one, as ids are ordered; nil stays nil.
uuid predecessor(uuid of) noexcept;

/// Why a client gets no mail (I1, I5, W7). The numbers are stored.
enum class reason {
  none = 0,
  archived = 1,
  accepted = 2,
  no_address = 3,
  unsubscribed = 4,
  suppressed = 5,
  replaced = 6,
  space_closed = 7, // in every online point of sale (S7)
  no_balance = 8,   // it is zero
  aborted = 9       // taken back by staff
};
/// Those that a campaign of this kind can have.
std::span<const reason> reasons_of(kind of) noexcept;
std::string_view to_string(reason of) noexcept;

/// What became of a recipient (I5). The numbers are stored.
enum class fate {
  queued = 1,
  sent = 2,
  failed = 3,
  bounced = 4,
  accepted = 5,
  unsubscribed = 6,
  skipped = 7
};
inline constexpr std::array<fate, 7> all_fates{
    fate::queued, fate::sent, fate::failed, fate::bounced, fate::accepted, fate::unsubscribed, fate::skipped};
std::string_view to_string(fate of) noexcept;
std::optional<fate> parse_fate(std::string_view text) noexcept;

/// Subject and text of an invitation in one language (I2); what stands around it comes from the template.
struct wording {
  std::string subject;
  std::string text;
  [[nodiscard]] bool empty() const noexcept { return subject.empty() && text.empty(); }
  friend bool operator==(const wording&, const wording&) = default;
};
struct texts {
  wording fr;
  wording en;
  [[nodiscard]] const wording& in(std::string_view locale) const noexcept { return locale == "en" ? en : fr; }
  friend bool operator==(const texts&, const texts&) = default;
};

/// Code points of a subject and of a text at most.
inline constexpr std::size_t subject_max = 200;
inline constexpr std::size_t text_max = 10'000;

/// What an organisation's first invitation is prefilled with.
texts default_texts(std::string_view organisation_name);
/// `own` where it says something, else `otherwise`, each language by itself.
texts filled(texts own, const texts& otherwise);

/// What a balance mail is filled with (W7); it is not of the organisation's own words. The key is added when
/// it is sent, as the one that is good then.
struct balance {
  household_id household;
  std::string household_number;
  std::string first_name;
  money sum;
  time_point at;
};
/// "balance_positive" or "balance_negative".
std::string_view balance_template(amount balance) noexcept;
/// Params of such a mail, a JSON object. UTF-8 is kept as it is.
std::string balance_params(const balance& of);

/// As campaigns.texts is stored; what can't be read is empty.
std::string to_json(const texts& of);
texts texts_from_json(std::string_view json);

} // namespace foyer::campaign
