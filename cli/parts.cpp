#include "cli/parts.hpp"

#include "actors/checkout/open_courses.hpp"
#include "actors/runtime/ask.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <spdlog/spdlog.h>

namespace foyer::cli {
namespace {

namespace asio = boost::asio;

checkout::expiries expiries_of(const config::orders_settings& from) {
  return {from.card_expires_after, from.counter_expires_after, from.bank_transfer_expires_after};
}

storage::journal_hooks hooks_of(parts& whole) {
  storage::journal_hooks hooks;
  hooks.on_mail = [&whole] { whole.on_mail(); };
  hooks.on_landed = [&whole](const commit& landed) { whole.news.tell(landed); };
  hooks.on_deadlines = [&whole](std::span<const deadline_row> rows) {
    if (whole.timer)
      for (const auto& row : rows) whole.timer->add(row);
  };
  return hooks;
}

password::pool_options hashing_of(const config::security_settings& from) {
  password::pool_options options;
  options.with.memory_kib = static_cast<std::uint32_t>(from.argon2_memory_kib);
  options.with.iterations = static_cast<std::uint32_t>(from.argon2_iterations);
  options.threads = static_cast<std::size_t>(from.hash_threads);
  options.queue_max = static_cast<std::size_t>(from.hash_queue);
  return options;
}

// An unpaid order whose time is up (O4). One that was paid meanwhile is left alone.
asio::awaitable<void> expire_order(parts& with, deadline_row due) {
  if (!due.organisation) co_return; // every order has one
  auto from =
      co_await runtime::await_reply<organisation::snapshot_ptr>([&](reply<organisation::snapshot_ptr> back) {
        with.organisations->fetch(*due.organisation, std::move(back));
      });
  if (!from) co_return; // met again at the timer's next look
  checkout::cancel_order command;
  command.organisation = *due.organisation;
  command.id = order_id{due.entity};
  command.reason = "expired";
  command.by.at = with.clock.now();
  command.only_if_expired_at = command.by.at;
  command.mail_from = *from;
  auto done = co_await checkout::cancel(with.checkout, std::move(command));
  if (!done && done.error().code != errc::too_late && done.error().code != errc::unavailable)
    spdlog::warn("order {} could not be expired: {}", to_string(due.entity), to_string(done.error().code));
}

} // namespace

parts::parts(asio::io_context& on, caf::actor_system& system, const config::settings& with,
             const std::string& database_url, const server_secret& key)
    : settings(with), secret(key), io(on), reads(storage::pg::create_read_pool(on, with, database_url)),
      journal(storage::create_journal(on, with, database_url, hooks_of(*this))), load(reads),
      organisations(organisation::create_registry(*load.organisations, *journal, clock)),
      households(household::create_registry(system, *load.households, *journal,
                                            static_cast<std::size_t>(with.actors.queue_max))),
      wallets(wallet::create_registry(system, *load.wallets, *journal,
                                      static_cast<std::size_t>(with.actors.queue_max))),
      offers(offer::create_registry(system, *load.offers, *journal,
                                    static_cast<std::size_t>(with.actors.queue_max))),
      accounts(account::create_registry(system, *load.accounts, *journal,
                                        static_cast<std::size_t>(with.actors.queue_max))),
      reception(*load.arrivals, *households, *wallets),
      sessions(session::create_store(*load.sessions, *journal, clock, with.sessions, &reception)),
      supplies(clock, key, with.accounts), hashes(password::create_hash_pool(hashing_of(with.security))),
      idempotent(
          http::create_idempotency(*load.answers, clock, {.kept_for = with.orders.idempotency_kept_for})),
      unpaid_places(with.orders.unpaid_places_max),
      checkout{*offers,       *wallets, *households, *load.orders, *journal, clock, expiries_of(with.orders),
               &unpaid_places},
      merging{*households, *wallets},
      timer(deadlines::create_timer(system, *load.deadlines, clock,
                                    [this](const deadline_row& due) { dispatch(due); })) {}

parts::~parts() = default;

void parts::dispatch(const deadline_row& due) {
  switch (due.kind) {
  case deadline_kind::order_expiry: asio::co_spawn(io, expire_order(*this, due), asio::detached); return;
  case deadline_kind::account_removal:
    accounts->tell(account_id{due.entity}, ask<account::remove_if_due>{{supplies.fresh()}, {}});
    return;
  case deadline_kind::confirmation_reminder:
    accounts->tell(account_id{due.entity}, ask<account::remind_if_due>{{supplies.fresh()}, {}});
    return;
  case deadline_kind::open_courses: asio::co_spawn(io, join_open_courses(due), asio::detached); return;
  }
}

asio::awaitable<void> parts::join_open_courses(deadline_row due) {
  if (!due.organisation) co_return; // every household has one
  {
    const std::lock_guard lock{joining_mutex_};
    if (!joining_.insert(due.entity).second) co_return;
  }
  // However it ends: what stays in there would never be tried again.
  const auto leave = [this, which = due.entity](void*) {
    const std::lock_guard lock{joining_mutex_};
    joining_.erase(which);
  };
  const std::unique_ptr<void, decltype(leave)> joining{this, leave};
  co_await checkout::join_open_courses(checkout, *load.client_files, *organisations, *due.organisation,
                                       household_id{due.entity});
}

void parts::sweep() {
  const auto idle = std::chrono::duration_cast<std::chrono::seconds>(settings.actors.idle_after);
  const auto limit = static_cast<std::size_t>(settings.actors.live_limit);
  households->sweep(idle, limit);
  wallets->sweep(idle, limit);
  offers->sweep(idle, limit);
  accounts->sweep(idle, limit);
}

void parts::close_actors() {
  timer->stop();
  households->close();
  wallets->close();
  offers->close();
  accounts->close();
}

} // namespace foyer::cli
