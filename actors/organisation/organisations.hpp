#pragma once

#include "actors/journal.hpp"
#include "actors/organisation/organisation.hpp"
#include "actors/reply.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace foyer::organisation {

/// Reads an organisation with its shops; none: there is no such slug. Implemented in storage/.
class loader {
public:
  virtual ~loader() = default;
  virtual void load_organisation(std::string slug,
                                 std::function<void(outcome<snapshot_ptr>)> done) = 0; // errc::not_found
  virtual void load_organisation(const organisation_id& id,
                                 std::function<void(outcome<snapshot_ptr>)> done) = 0;
};

/// Keeps the snapshots in memory, so that a request finds its organisation without leaving the thread. Any
/// thread. A change is written with its version guard and replaces the snapshot when it is durable; what
/// another process changed (the command line) is seen within `reread_after`.
class registry {
public:
  virtual ~registry() = default;

  /// At once, from memory; null when it is not there (yet): then `fetch`.
  [[nodiscard]] virtual snapshot_ptr find(std::string_view slug) const = 0;
  [[nodiscard]] virtual snapshot_ptr find(const organisation_id& id) const = 0;
  virtual void fetch(std::string slug, reply<snapshot_ptr> back) = 0; // not_found
  virtual void fetch(const organisation_id& id, reply<snapshot_ptr> back) = 0;

  /// Settings, name and points of sale: writes what differs between the two, with `rows` (the audit entry) in
  /// the same commit. Versions are counted here. Refused: version_conflict, conflict (a point of sale's slug
  /// is taken).
  virtual void change(snapshot_ptr from, snapshot to, commit rows, reply<snapshot_ptr> back) = 0;
};

/// How old a snapshot may get before it is read again behind the next request.
inline constexpr std::chrono::seconds reread_after{5};

/// `from`, `to` and `clock` must outlive the registry. Callbacks may come after it is gone: they find nothing
/// then.
std::unique_ptr<registry> create_registry(loader& from, journal& to, const clock_source& clock);

} // namespace foyer::organisation
