#pragma once

#include "actors/account/accounts.hpp"
#include "actors/deadlines/deadlines.hpp"
#include "actors/household/households.hpp"
#include "actors/offer/offers.hpp"
#include "actors/order/loader.hpp"
#include "actors/organisation/organisations.hpp"
#include "actors/session/arrivals.hpp"
#include "actors/session/sessions.hpp"
#include "actors/wallet/ledger.hpp"
#include "actors/wallet/wallets.hpp"
#include "storage/loaders/households.hpp"
#include "storage/loaders/ledger.hpp"
#include "storage/loaders/loaders.hpp"
#include "storage/loaders/office.hpp"
#include "storage/loaders/orders.hpp"
#include "storage/loaders/organisations.hpp"
#include "storage/pg/read_pool.hpp"

#include <memory>

namespace foyer::cli {

/// Everything that is read of the database.
struct loaders {
  explicit loaders(const std::shared_ptr<storage::pg::read_pool>& from)
      : wallets(storage::create_wallet_loader(from)), ledger(storage::create_ledger(*from)),
        offers(storage::create_offer_loader(from)), orders(storage::create_order_loader(*from)),
        answers(storage::create_answers(*from)), order_records(storage::create_order_records(*from)),
        households(storage::create_household_loader(*from)),
        household_list(storage::create_household_list(*from)),
        organisations(storage::create_organisation_loader(*from)),
        campaigns(storage::create_campaign_records(*from)), client_files(storage::create_client_files(*from)),
        link_candidates(storage::create_link_candidates(*from)),
        imports(storage::create_import_records(*from)), mails(storage::create_mail_records(*from)),
        merges(storage::create_merge_records(*from)), staff_records(storage::create_staff_records(*from)),
        wallet_list(storage::create_wallet_list(*from)), accounts(storage::create_account_loader(from)),
        account_finder(storage::create_account_finder(from)), sessions(storage::create_session_loader(from)),
        arrivals(storage::create_arrival_loader(from)), deadlines(storage::create_deadline_loader(from)) {}

  std::unique_ptr<wallet::loader> wallets;
  std::unique_ptr<wallet::ledger> ledger;
  std::unique_ptr<offer::loader> offers;
  std::unique_ptr<order::loader> orders;
  std::unique_ptr<order::answers> answers;
  std::unique_ptr<order::records> order_records;
  std::unique_ptr<household::loader> households;
  std::unique_ptr<household::list> household_list;
  std::unique_ptr<organisation::loader> organisations;
  std::unique_ptr<campaign::records> campaigns;
  std::unique_ptr<household::files> client_files;
  std::unique_ptr<household::candidates> link_candidates;
  std::unique_ptr<imports::records> imports;
  std::unique_ptr<mailer::records> mails;
  std::unique_ptr<merge::records> merges;
  std::unique_ptr<organisation::staff_records> staff_records;
  std::unique_ptr<wallet::list> wallet_list;
  std::unique_ptr<account::loader> accounts;
  std::unique_ptr<account::finder> account_finder;
  std::unique_ptr<session::loader> sessions;
  std::unique_ptr<session::arrival_loader> arrivals;
  std::unique_ptr<deadlines::loader> deadlines;
};

} // namespace foyer::cli
