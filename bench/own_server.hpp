#pragma once

#include "bench/options.hpp"
#include "bench/process.hpp"
#include "bench/watchman.hpp"
#include "storage/pg/embedded.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace foyer::bench {

// A folder below `parent`: a temporary one, removed with everything in it, or the one of this name, which
// stays, and which one run at a time has.
class scratch_folder {
public:
  scratch_folder(const std::filesystem::path& parent, const std::string& kept_name);
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder();

  const std::filesystem::path& path() const noexcept { return path_; }

private:
  void lock();

  std::filesystem::path path_;
  bool keep_;
  int lock_ = -1; // of a folder that stays; released when it is closed
};

// Where --keep-data keeps the data of so many households of a seed, below --data.
std::string kept_name(const options& wanted);

// `foyer serve` with its private PostgreSQL on a temporary data folder: throttling off, mails into files,
// free ports, everything else as the program's defaults have it. Everything throws failure.
class own_server {
public:
  // Refuses folders in memory, where fsync does nothing.
  explicit own_server(const options& wanted);
  ~own_server();

  // Adds sections to the server's configuration; before start().
  void configure(const std::string& toml) const;
  // Starts the private PostgreSQL, with the server's tables and organisation `bench` in it. Kept data that
  // was never complete is thrown away.
  void prepare();
  // The data was kept by an earlier run. remember_seeded: from now on it is complete.
  bool seeded() const;
  void remember_seeded() const;
  // Starts the program on it and returns, when it is ready, how long that took.
  std::chrono::nanoseconds start();
  // SIGTERM; fails unless the program ends with status 0.
  void stop();
  // Fails with the end of the program's log when it no longer runs.
  void check_running();
  bool is_running() const { return server_ && !server_->poll(); }

  const server_address& address() const noexcept { return address_; }
  // Where it answers GET /metrics.
  const server_address& metrics() const noexcept { return metrics_; }
  pid_t process() const { return server_->id(); }
  pid_t postmaster() const { return postgresql_->pid(); }
  const std::filesystem::path& program() const noexcept { return program_; }
  const std::filesystem::path& folder() const noexcept { return folder_.path(); }
  // Resident memory of the program now, in bytes; 0 when it does not run.
  std::size_t resident_bytes() const;
  // How libpq connects to a database of the server's cluster; its own is own_database.
  std::string database_url(const std::string& name = own_database) const;
  /// The same as PostgreSQL's superuser: to fill tables by COPY, for checkpoints and extensions.
  std::string administration_url(const std::string& name = own_database) const;
  static constexpr const char* own_database = "foyer";

  // Runs a subcommand, such as {"ledger", "verify"}, on the server's data folder; `configuration`: another
  // file than the server's own.
  command_outcome command(std::vector<std::string> arguments,
                          const std::filesystem::path& configuration = {}) const;
  // The same, but any status other than 0 is a failure.
  void must_command(std::vector<std::string> arguments,
                    const std::filesystem::path& configuration = {}) const;
  // A configuration for commands on another database of the same cluster.
  std::filesystem::path configure_for(const std::string& database_name) const;

private:
  scratch_folder folder_;
  watchman watchman_; // before whatever it has to clear up
  std::filesystem::path program_;
  server_address address_;
  server_address metrics_;
  std::unique_ptr<storage::embedded_server> postgresql_;
  std::unique_ptr<child_process> server_;
};

} // namespace foyer::bench
