#include "demo/plan.hpp"

#include "demo/shopping.hpp"

#include <stdexcept>

namespace foyer::demo {

const account_row& plan::account(std::string_view email) const {
  for (const auto& each : accounts)
    if (each.row.email == email) return each.row;
  throw std::logic_error{"accounts.csv has no " + std::string{email}};
}

plan make_plan(std::uint64_t seed, time_point founded) {
  plan made;
  made.founded = founded;
  made.base = founded + age_of_house;
  made.organisation = plan_organisation(seed, founded);
  made.accounts = plan_accounts(seed, founded, made.base);
  made.offers = plan_offers(seed, founded, made.base);
  auto households =
      plan_households(seed, made.organisation, made.base, made.account(buyer_email), household_count - 1);
  // Hers stands in accounts.csv and is written before the households.
  households.front().account.reset();

  shopping season{seed, made};
  for (std::size_t i = 0; i < households.size(); ++i) {
    client each{std::move(households[i].who), std::move(households[i].account), {}};
    if (i == 0)
      season.claire(each);
    else if (i + 1 < households.size())
      season.stranger(each);
    made.clients.push_back(std::move(each));
  }
  return made;
}

} // namespace foyer::demo
