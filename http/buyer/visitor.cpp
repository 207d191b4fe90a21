#include "http/buyer/visitor.hpp"

#include "http/organisation_of.hpp"

namespace foyer::http::buyer {

namespace asio = boost::asio;

order::filter visitor::sees() const {
  order::filter out;
  out.organisation = at->id;
  if (!of) return out;
  out.household = of->id;
  // Through a door without login, and after an invitation, the whole household shows.
  if (!account || of->everything_shown) return out;
  out.only_of_account = account->id;
  out.box_office_since = of->box_office_since;
  if (at->options.claim_past_orders) out.claimed_email = account->email;
  return out;
}

wallet::origin visitor::origin() const {
  wallet::origin out;
  out.kind = wallet::actor_kind::buyer;
  if (account) out.account = account->id;
  out.at = now;
  return out;
}

asio::awaitable<outcome<visitor>> visitor_of(house_services& with, const request& in) {
  auto at = co_await organisation_of(with.organisations, in);
  if (!at) co_return at.error();
  const auto* who = caller_of(in);
  if (who == nullptr) co_return errc::not_authenticated;
  visitor out;
  out.at = *at;
  out.account = who->account;
  out.now = with.clock.now();
  household::maybe_id whose;
  if (who->account) {
    whose = with.households.known_of_account(out.at->id, out.account->id);
    if (!whose) {
      auto found = co_await runtime::await_reply<household::maybe_id>([&](reply<household::maybe_id> back) {
        with.households.find_of_account(out.at->id, out.account->id, std::move(back));
      });
      if (!found) co_return found.error();
      whose = *found;
    }
  } else {
    // A my-space session of another organisation sees nothing here, not even that there is something.
    if (who->space_organisation != out.at->id) co_return errc::not_found;
    whose = who->space_household;
    out.only_order = who->space_order;
    if (out.only_order) co_return out;
  }
  if (!whose) co_return out;
  auto view = co_await merge::follow(with.households, *whose);
  if (!view && view.error().code != errc::not_found) co_return view.error();
  if (view && view->organisation == out.at->id) out.of = std::move(*view);
  if (!out.of && !out.account) co_return errc::not_found;
  co_return out;
}

asio::awaitable<outcome<visitor>> household_visitor_of(house_services& with, const request& in) {
  auto who = co_await visitor_of(with, in);
  if (who && who->only_order) co_return errc::forbidden;
  co_return who;
}

} // namespace foyer::http::buyer
