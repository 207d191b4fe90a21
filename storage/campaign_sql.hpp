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

} // namespace foyer::storage
