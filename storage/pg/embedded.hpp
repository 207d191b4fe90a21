#pragma once

#include "actors/vocabulary/outcome.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>

namespace foyer::storage {

struct embedded_options {
  /// As the configuration names it. The cluster is its `postgresql`, the server's log its `postgresql.log`.
  std::filesystem::path data_dir;
  std::int64_t shared_buffers_mib = 0; ///< 0: default_shared_buffers_mib()
  std::chrono::milliseconds start_deadline{60'000};
  /// True for `serve`: alone on its data folder, and the server is started again when it dies. False for a
  /// command: it uses the server that runs, else starts one for itself.
  bool serving = false;
  /// A line for the operator, such as that the server died; may come from another thread.
  std::function<void(const std::string&)> report = [](const std::string&) {};
};

/// The private PostgreSQL 15 in the data folder, reached through a unix socket only. Whoever uses it last
/// stops it, so a command may start while nobody serves, and go on while the server stops. A cluster that
/// survived the death of its process is taken over. All members may be called from any thread.
class embedded_server {
public:
  virtual ~embedded_server() = default;

  /// For libpq: `host=… port=5432 user=foyer_server dbname=foyer application_name=…`. The same over restarts.
  /// The role owns the database, may make others beside it, and is no superuser: those see through row-level
  /// security.
  virtual std::string connection_string() const = 0;
  /// As the cluster's superuser `foyer`, for what only that one may: COPY into tables of tenants, backups.
  /// Nothing that serves uses it.
  virtual std::string administration_string() const = 0;
  /// Of the postmaster, 0 while there is none.
  virtual pid_t pid() const = 0;
  /// A fast shutdown, unless another process still uses the server. Blocking; called by the destructor too.
  virtual void stop() = 0;
};

/// Makes the cluster if needed, starts it or takes over the one that runs, and returns when it takes
/// connections and database `foyer` exists. Blocking: seconds the first time, tenths afterwards. Refused with
/// a sentence for the operator: another `serve` has the data folder, PostgreSQL is missing, the folder cannot
/// be reached by user postgres, the server does not start before the deadline.
outcome<std::unique_ptr<embedded_server>> create_embedded_server(const embedded_options& options);

} // namespace foyer::storage
