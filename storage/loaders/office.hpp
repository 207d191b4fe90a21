#pragma once

#include "actors/campaign/campaigns.hpp"
#include "actors/household/client_files.hpp"
#include "actors/household/link_candidates.hpp"
#include "actors/imports/imports.hpp"
#include "actors/mailer/records.hpp"
#include "actors/merge/records.hpp"
#include "actors/organisation/staff_records.hpp"
#include "actors/wallet/wallet_list.hpp"

#include <memory>

namespace foyer::storage {

namespace pg {
class read_pool;
}

/// `from` must outlive them.
std::unique_ptr<campaign::records> create_campaign_records(pg::read_pool& from);
std::unique_ptr<household::files> create_client_files(pg::read_pool& from);
std::unique_ptr<household::candidates> create_link_candidates(pg::read_pool& from);
std::unique_ptr<mailer::records> create_mail_records(pg::read_pool& from);
std::unique_ptr<merge::records> create_merge_records(pg::read_pool& from);
std::unique_ptr<organisation::staff_records> create_staff_records(pg::read_pool& from);
std::unique_ptr<wallet::list> create_wallet_list(pg::read_pool& from);
std::unique_ptr<imports::records> create_import_records(pg::read_pool& from);

} // namespace foyer::storage
