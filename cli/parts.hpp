#pragma once

#include "actors/account/accounts.hpp"
#include "actors/account/supplier.hpp"
#include "actors/checkout/checkout.hpp"
#include "actors/deadlines/deadlines.hpp"
#include "actors/household/households.hpp"
#include "actors/merge/merge.hpp"
#include "actors/news.hpp"
#include "actors/offer/offers.hpp"
#include "actors/organisation/organisations.hpp"
#include "actors/password/hash_pool.hpp"
#include "actors/session/arrivals.hpp"
#include "actors/session/sessions.hpp"
#include "actors/vocabulary/forward_clock.hpp"
#include "actors/wallet/wallets.hpp"
#include "cli/loaders.hpp"
#include "config/settings.hpp"
#include "http/idempotency.hpp"
#include "storage/journal.hpp"
#include "storage/pg/read_pool.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace caf {
class actor_system;
}

namespace foyer::cli {

/// Everything between the database and HTTP, wired: who asks whom is decided here and nowhere else. Made
/// before the threads run; members are declared in the order in which they depend on each other.
struct parts {
  parts(boost::asio::io_context& io, caf::actor_system& system, const config::settings& settings,
        const std::string& database_url, const server_secret& secret);
  parts(const parts&) = delete;
  parts& operator=(const parts&) = delete;
  ~parts();

  /// Sends idle entities away (actors.idle_after, actors.live_limit); about once a second.
  void sweep();
  /// Ends all entity actors: nothing is decided any more.
  void close_actors();

  const config::settings& settings;
  const server_secret& secret;
  boost::asio::io_context& io;
  forward_clock clock;

  news_board news;
  std::shared_ptr<storage::pg::read_pool> reads;
  std::shared_ptr<storage::group_journal> journal;
  loaders load;

  std::unique_ptr<organisation::registry> organisations;
  std::unique_ptr<household::registry> households;
  std::unique_ptr<wallet::registry> wallets;
  std::unique_ptr<offer::registry> offers;
  std::unique_ptr<account::registry> accounts;
  session::reception reception;
  std::unique_ptr<session::store> sessions;
  account::supplier supplies;
  std::unique_ptr<password::hash_pool> hashes;
  std::unique_ptr<http::idempotency> idempotent;
  foyer::checkout::unpaid_places unpaid_places;
  checkout::services checkout;
  foyer::merge::services merging;
  std::unique_ptr<deadlines::timer> timer;

  /// Wakes the mailers; set once they are there.
  std::function<void()> on_mail = [] {};

private:
  /// Households that are joining open courses right now: the timer meets a deadline again until it is done.
  std::mutex joining_mutex_;
  std::set<uuid> joining_;
  boost::asio::awaitable<void> join_open_courses(deadline_row due);

  void dispatch(const deadline_row& due);
};

} // namespace foyer::cli
