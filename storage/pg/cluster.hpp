#pragma once

#include "actors/vocabulary/outcome.hpp"
#include "storage/pg/child.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace foyer::storage {

/// The files of a private PostgreSQL: where its programs are, its folder, its configuration, its socket.
struct cluster {
  std::filesystem::path folder;        ///< canonical; belongs to `user`, mode 0700
  std::filesystem::path socket_folder; ///< short, since the path of a socket ends at 107 bytes
  std::string name;                    ///< unique to the folder; in the titles of the server's processes
  std::filesystem::path programs;
  run_as user;
};

/// Finds the programs, makes the cluster if there is none yet (initdb with checksums; an interrupted one
/// leaves nothing), and writes its configuration. Blocking, seconds the first time. The caller holds the
/// start lock. The refusal's detail is a sentence for the operator, with the remedy.
outcome<cluster> prepare_cluster(const std::filesystem::path& folder);

/// Writes the configuration if it differs from what stands there. True: it was written.
outcome<bool> write_configuration(const cluster& files, std::int64_t shared_buffers_mib);

/// A quarter of the memory that this process may have, 128 to 2048: with less, what a large house uses is
/// read and checked again and again.
std::int64_t default_shared_buffers_mib();

/// The pid of the postmaster that runs on this cluster, 0 when none does. A pid file whose number meanwhile
/// belongs to a stranger or to a zombie is removed once no process of the cluster is left, because the
/// postmaster itself would refuse to start.
pid_t running_postmaster(const cluster& files);

/// Whether this process is a living postmaster of the cluster.
bool is_postmaster(const cluster& files, pid_t pid);

/// Whether processes of the cluster live; a killed postmaster's children outlive it for a moment.
bool anybody_left(const cluster& files);

/// Whether the postmaster of this pid says that it takes connections.
bool accepts_connections(const cluster& files, pid_t pid);

} // namespace foyer::storage
