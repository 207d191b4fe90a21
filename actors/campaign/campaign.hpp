#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// A campaign of invitations (I1 to I5): who is invited, with which words, and what became of it. Pure.

namespace foyer::campaign {

/// Which clients are meant (I1).
enum class group { all, added, invited, tag, one };
std::string_view to_string(group of) noexcept;

struct selection {
  organisation_id organisation;
  campaign::group group = group::all;
  std::string tag;                       // of group::tag
  std::optional<household_id> household; // of group::one
};

/// What a selection means for a walk through the organisation's clients in the order of their ids.
struct range {
  uuid after; // from behind this one
  uuid until; // up to this one
};
range range_of(const selection& which) noexcept;
/// The id before this one, as ids are ordered; nil stays nil.
uuid predecessor(uuid of) noexcept;

/// Why a client gets no mail (I1, I5). The numbers are stored.
enum class reason {
  none = 0,
  archived = 1,
  accepted = 2,
  no_address = 3,
  unsubscribed = 4,
  suppressed = 5,
  replaced = 6
};
inline constexpr std::array<reason, 6> all_reasons{reason::archived,   reason::accepted,
                                                   reason::no_address, reason::unsubscribed,
                                                   reason::suppressed, reason::replaced};
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

/// As campaigns.texts is stored; what can't be read is empty.
std::string to_json(const texts& of);
texts texts_from_json(std::string_view json);

} // namespace foyer::campaign
