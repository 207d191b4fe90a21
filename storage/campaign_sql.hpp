#pragma once

// What the preview and the making of a campaign must see alike (I1).

namespace foyer::storage {

/// Whom a selection meets: $1 organisation, $2 behind this id, $3 up to this one, $4 group, $5 tag.
inline constexpr const char* campaign_households = R"sql(
from households h
left join members m on m.id = h.responsible_id
left join invitation_opt_outs o on o.household_id = h.id
left join suppressed_addresses s on s.email_key = h.email_key
where h.organisation_id = $1::uuid and h.id > $2::uuid and h.id <= $3::uuid
  and case $4::text when 'added' then h.status = 'added' when 'invited' then h.status = 'invited'
              when 'tag' then $5::text = any(h.tags) else true end
)sql";

/// The reason (actors/campaign/campaign.hpp) for which such a client gets no mail; 0: it gets one.
inline constexpr const char* campaign_reason = R"sql(
(case when h.archived then 1 when h.status = 'accepted' or h.account_id is not null then 2
      when h.email is null then 3 when o.household_id is not null then 4 when s.email_key is not null then 5
      else 0 end)
)sql";

/// Whom a selection of balances meets (W7): $1 organisation, $2 behind this id, $3 up to this one, $4 group,
/// $5 and $6 whose last balance mail was before, and since. The wallets that there are: without one nothing
/// is owed.
inline constexpr const char* balance_households = R"sql(
from wallets w
join households h on h.id = w.household_id
join organisations org on org.id = w.organisation_id
left join members m on m.id = h.responsible_id
left join suppressed_addresses s on s.email_key = h.email_key
cross join lateral (
  select exists (select from shops where organisation_id = $1::uuid and kind = 'online' and customer_space_open) as open) space
where w.organisation_id = $1::uuid and w.household_id > $2::uuid and w.household_id <= $3::uuid
  and case $4::text when 'positive' then w.balance > 0 when 'negative' then w.balance < 0 when 'one' then true
              else w.balance <> 0 end
  and ($5::timestamptz is null or h.last_balance_mail_at is null or h.last_balance_mail_at < $5)
  and ($6::timestamptz is null or h.last_balance_mail_at >= $6)
)sql";

/// The reason for which such a client gets no balance mail; 0: it gets one. It is about an account that they
/// have, so that whoever wants no invitations gets it all the same.
inline constexpr const char* balance_reason = R"sql(
(case when h.archived then 1 when h.email is null then 3 when s.email_key is not null then 5 when not space.open then 7
      when w.balance = 0 then 8 else 0 end)
)sql";

} // namespace foyer::storage
