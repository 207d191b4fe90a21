#include "actors/checkout/client.hpp"

#include "actors/checkout/build.hpp"
#include "actors/merge/merge.hpp"
#include "actors/runtime/ask.hpp"
#include "actors/vocabulary/email.hpp"

namespace foyer::checkout {

namespace asio = boost::asio;
using runtime::await_reply;

namespace {

// The household that an order creates (H3; for an account, its first purchase).
household::state new_client(const place_order& command, time_point at) {
  const auto& typed = command.buyer;
  const auto address = parse_email(typed.email);
  household::person who{typed.first_name,
                        typed.last_name,
                        typed.birth_date,
                        address ? address->shown : std::string{},
                        address ? address->key : std::string{},
                        {}};
  auto made = household::first_household(command.organisation->id, household_id{new_uuid(unix_ms(at))},
                                         member_id{new_uuid(unix_ms(at))}, who, household::new_number(),
                                         command.locale, at);
  if (command.account) {
    made.account = command.account;
    made.linked_at = at;
    made.status = household::status::accepted;
  }
  made.newsletter = command.newsletter.value_or(false);
  if (command.save_profile) made.members.front().answers = typed.answers;
  return made;
}

} // namespace

asio::awaitable<outcome<client>> find_client(services& with, const place_order& command, time_point at) {
  std::optional<household_id> known = command.household;
  if (!known && command.account)
    known = with.households.known_of_account(command.organisation->id, *command.account);
  if (!known && command.account) {
    auto found =
        co_await await_reply<std::optional<household_id>>([&](reply<std::optional<household_id>> back) {
          with.households.find_of_account(command.organisation->id, *command.account, std::move(back));
        });
    if (!found) co_return found.error();
    known = *found;
  } else if (!known) {
    const auto address = parse_email(command.buyer.email);
    if (!address) {
      refusal why{errc::invalid};
      why.fields.push_back({"/buyer/email", "invalid"});
      co_return why;
    }
    auto found =
        co_await await_reply<std::optional<household_id>>([&](reply<std::optional<household_id>> back) {
          with.households.find_by_email(command.organisation->id, address->key, household::with_account::any,
                                        std::move(back));
        });
    if (!found) co_return found.error();
    known = *found;
  }
  if (!known) co_return client{new_client(command, at), true};
  auto view = co_await merge::follow(with.households, *known);
  if (!view) co_return view.error();
  if (view->organisation != command.organisation->id) co_return errc::not_found;
  co_return client{std::move(*view), false};
}

} // namespace foyer::checkout
