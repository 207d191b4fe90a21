#pragma once

#include "actors/account/accounts.hpp"
#include "actors/checkout/checkout.hpp"
#include "actors/merge/merge.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/world.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace foyer::simulation {

/// What a client asks for, under one idempotency key, until it knows the answer.
struct request {
  enum class kind {
    order,
    staff_order,
    record_payment,
    pay,
    refund,
    expire,
    record_entry,
    change_offer,
    change_household,
    change_account,
    merge,
    undo_merge
  };

  kind what = kind::order;
  uuid key;
  household_id household;
  household_id other;                // of merge: the one that is emptied
  merge_id merge;                    // of undo_merge
  std::optional<account_id> account; // set: it has no household before its first order
  offer_id offer;
  std::int32_t quantity = 1;
  std::vector<checkout::wanted_payment> payments;
  int lines = 1;        // of an order
  bool by_line = false; // of refund: the first line that is left
  order_id order;       // of record_payment, pay, refund and expire
  amount change = 0;
  std::int64_t capacity = 0;
  std::uint64_t number = 0; // of this request: the member that it adds, the mark that it leaves

  int running = 0; // copies of it under way
  int attempts = 0;
  bool doubled = false; // two copies ran at once, so that a refusal of one says nothing about the other
  bool answered = false;
  std::optional<std::string> acknowledged; // what was answered as done
};

/// The answer of one attempt.
struct answer {
  std::optional<std::string> done; // the id of what came to be
  refusal why;                     // else
};

/// The organisation, its offers, households and clients.
struct house {
  explicit house(tables& to);

  static constexpr std::size_t offers_count = 3;
  static constexpr std::size_t households_count = 3;
  static constexpr amount staff_floor = -2'000;

  organisation::snapshot_ptr organisation;
  std::vector<offer_id> offers;
  std::vector<household_id> households;
  account_id newcomer; // an account without household
  account_id staff;
};

/// Where the answers of idempotency keys are found, and the server's parts.
struct server {
  checkout::services& services;
  account::registry& accounts;
  order::answers& answers;
  const house& here;
  merge::services& merging;
  const tables& in;
  time_point now() const { return services.clock.now(); }
};

/// What change_offer, change_household and change_account leave in the record, so that an overwritten one is
/// noticed.
std::string mark_of(std::uint64_t number);
household::member member_of(std::uint64_t number);
/// Whether the record that such a request changed still shows it.
bool still_there(const tables& in, const request& of);

/// Does it as the routes do: what is refused may have been done before, so the key is looked up then.
boost::asio::awaitable<answer> attempt(server with, request what);

/// Chooses what a client asks for next. `now` decides which orders can expire.
request next_request(const house& here, const tables& in, const mix& weights, time_point now, dice& chance,
                     std::uint64_t number);

} // namespace foyer::simulation
