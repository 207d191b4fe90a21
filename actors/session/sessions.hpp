#pragma once

#include "actors/journal.hpp"
#include "actors/reply.hpp"
#include "actors/session/session.hpp"
#include "config/settings.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace foyer::session {

/// Reads sessions. `done` from any thread. Implemented in storage/.
class loader {
public:
  virtual ~loader() = default;
  /// With the account of a login. None: no such session.
  virtual void load_session(const sha256_hash& token_hash,
                            std::function<void(outcome<std::optional<record>>)> done) = 0;
  /// Those of an account that have not reached their end, latest use first; without the account.
  virtual void list_sessions(const account_id& of,
                             std::function<void(outcome<std::vector<record>>)> done) = 0;
};

/// A session in use. Shared by the requests that it makes.
struct live_session {
  record of;
  std::atomic<time_point> last_used;
  std::atomic<time_point> written; // the last use that the database knows
  std::atomic<time_point> password_at;

  explicit live_session(record from)
      : of(std::move(from)), last_used(of.last_used_at), written(of.last_used_at),
        password_at(of.password_at) {}
};
using session_ptr = std::shared_ptr<live_session>;

/// What a session is opened with. The token is told once; the database has its hash only.
struct fresh {
  std::string token;
  session_row row;
};

/// What a my-space session shows: a household, or one order.
struct space {
  organisation_id at;
  std::optional<household_id> household;
  std::optional<order_id> only_order;
  std::optional<std::int64_t> key_version = std::nullopt; // of the unique key that opens it
};

/// The sessions of this installation, with the ones in use kept in memory (bounded), so that a signed-in
/// request needs no query. An end is seen by the very next request of this process; what another process
/// changed (a role given at the command line) when `forget` is called for it, at the latest after
/// `reread_after`. Any thread.
class store {
public:
  virtual ~store() = default;

  /// The session of a token, used now; null when it is not in memory or was read too long ago: then `load`.
  [[nodiscard]] virtual session_ptr find(const sha256_hash& token_hash) = 0;
  /// Reads it. Null: there is none, or it is over.
  virtual void load(const sha256_hash& token_hash, reply<session_ptr> back) = 0;

  /// A row and token for a login; the account writes it (account::begin_session), then call `open` for the
  /// answer.
  [[nodiscard]] virtual fresh prepare_login(const account_id& of, bool remember, bool staff,
                                            std::string device, std::string address) const = 0;
  /// Opens a my-space session (S6): writes it and answers when it is durable.
  virtual void open_space(const space& what, std::string device, std::string address, reply<fresh> back) = 0;

  virtual void list(const account_id& of, reply<std::vector<record>> back) = 0;
  /// Ends one session; of somebody else or unknown: not_found is the caller's to tell.
  virtual void end(const session_id& which, const sha256_hash& token_hash, reply<done> back) = 0;
  virtual void end_all(const account_id& of, std::optional<session_id> except, reply<done> back) = 0;
  /// The password was asked for and right.
  virtual void reauthenticated(const session_ptr& which, reply<done> back) = 0;

  /// To be called after a commit that ended sessions or changed roles of an account, before its answer is
  /// told.
  virtual void forget(const account_id& of, std::optional<session_id> except) = 0;
  /// To be called after a household got a new unique key: the sessions of the former one are over (S6).
  virtual void forget_space(const household_id& of) = 0;

  [[nodiscard]] virtual const limits& lifetimes() const noexcept = 0;
  [[nodiscard]] virtual time_point now() const = 0;
  [[nodiscard]] virtual std::size_t live() const = 0;
};

/// How old a session in memory may be before it is read again.
inline constexpr std::chrono::seconds reread_after{60};

class reception;

/// `from`, `to`, `clock` and `arrivals` must outlive the store; `from` must have stopped calling back before
/// it goes. With `arrivals`, sessions that are not in memory come by it, and what their owners need with
/// them. At most `tracked_max` sessions are kept in memory.
std::unique_ptr<store> create_store(loader& from, journal& to, const clock_source& clock,
                                    const config::sessions_settings& settings, reception* arrivals = nullptr,
                                    std::size_t tracked_max = 100'000);

} // namespace foyer::session
