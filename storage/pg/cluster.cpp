#include "storage/pg/cluster.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <pwd.h>
#include <signal.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace foyer::storage {

namespace {

namespace fs = std::filesystem;

refusal failed(std::string text) {
  return {errc::unavailable, std::move(text)};
}

std::string reason() {
  return std::strerror(errno);
}

std::string read_text(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return std::string{std::istreambuf_iterator<char>{in}, {}};
}

/// The first folder with PostgreSQL's programs of this major version: Debian's, pg_config's, those in PATH.
std::optional<fs::path> find_programs(const std::string& major) {
  std::vector<fs::path> places{"/usr/lib/postgresql/" + major + "/bin"};
  std::istringstream path{std::getenv("PATH") ? std::getenv("PATH") : ""};
  const run_as self{::geteuid(), ::getegid(), {}};
  for (std::string place; std::getline(path, place, ':');) {
    if (place.empty() || place.front() != '/') continue;
    std::string answer;
    const auto config = fs::path{place} / "pg_config";
    if (::access(config.c_str(), X_OK) == 0 && run_child({config, "--bindir"}, self, answer) == 0)
      places.emplace_back(answer.substr(0, answer.find('\n')));
    places.emplace_back(place);
  }
  for (const auto& place : places) {
    std::string answer;
    const auto server = place / "postgres";
    if (::access(server.c_str(), X_OK) == 0 && ::access((place / "initdb").c_str(), X_OK) == 0 &&
        run_child({server, "--version"}, self, answer) == 0 &&
        answer.starts_with("postgres (PostgreSQL) " + major + "."))
      return place;
  }
  return std::nullopt;
}

/// As root: the owner of the cluster that is there, else user postgres. Otherwise this user.
outcome<run_as> choose_user(const fs::path& folder) {
  struct stat there {};
  const bool exists = ::stat(folder.c_str(), &there) == 0;
  if (::geteuid() != 0) {
    if (exists && there.st_uid != ::geteuid())
      return failed("the database in " + folder.string() + " belongs to another user (uid " +
                    std::to_string(there.st_uid) + "): run foyer as that user or as root, or use --data");
    return run_as{::geteuid(), ::getegid(), {}};
  }
  const passwd* user = exists && there.st_uid != 0 ? ::getpwuid(there.st_uid) : ::getpwnam("postgres");
  if (!user)
    return failed(
        "PostgreSQL refuses to run as root, and there is no user postgres: install postgresql-15, or "
        "run foyer as an ordinary user");
  return run_as{user->pw_uid, user->pw_gid, user->pw_name};
}

/// Whoever opens the same data folder finds the same socket, so the name is made of the path.
std::string name_of(const fs::path& folder) {
  std::uint64_t hash = 14695981039346656037ULL; // FNV-1a
  for (const unsigned char c : folder.string()) hash = (hash ^ c) * 1099511628211ULL;
  char name[32];
  std::snprintf(name, sizeof name, "foyer-%016llx", static_cast<unsigned long long>(hash));
  return name;
}

/// Everybody can make folders in /tmp: one that is not the user's own, or open to others, is not trusted.
std::optional<refusal> make_private(const fs::path& folder, const run_as& user) {
  if (::mkdir(folder.c_str(), 0700) == 0 && ::geteuid() == 0 &&
      ::lchown(folder.c_str(), user.uid, user.gid) != 0)
    return failed(folder.string() + " cannot be given to user " + user.name + ": " + reason());
  struct stat there {};
  if (::lstat(folder.c_str(), &there) != 0) return failed(folder.string() + " cannot be made: " + reason());
  if (!S_ISDIR(there.st_mode) || there.st_uid != user.uid || (there.st_mode & 0077) != 0)
    return failed(folder.string() + " must be a folder of user " + (user.name.empty() ? "you" : user.name) +
                  " with mode 0700: remove it and start again");
  return std::nullopt;
}

std::optional<refusal> initialise(const cluster& files) {
  // Built beside its place and moved there when complete.
  const auto building = files.folder.parent_path() / (files.folder.filename().string() + ".new");
  std::error_code ec;
  fs::remove_all(building, ec);
  if (auto wrong = make_private(building, files.user)) return wrong;
  std::string output;
  const int status = run_child({files.programs / "initdb", "--pgdata=" + building.string(),
                                "--username=foyer", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
                                "--auth-local=trust", "--auth-host=reject", "--no-instructions"},
                               files.user, output);
  if (status != 0) return failed("initdb failed in " + building.string() + ": " + output);
  fs::rename(building, files.folder, ec);
  if (ec) return failed(files.folder.string() + " cannot be made: " + ec.message());
  return std::nullopt;
}

std::string configuration_of(const cluster& files, std::int64_t shared_buffers_mib) {
  return "# Written by foyer at every start; changes here are lost. See [database] of its configuration.\n"
         "listen_addresses = ''\n"
         "port = 5432\n"
         "unix_socket_directories = '" +
         files.socket_folder.string() +
         "'\n"
         "unix_socket_permissions = 0700\n"
         "cluster_name = '" +
         files.name +
         "'\n"
         "max_connections = 300\n"
         "shared_buffers = " +
         std::to_string(shared_buffers_mib) +
         "MB\n"
         "dynamic_shared_memory_type = posix\n"
         "jit = off\n"
         "random_page_cost = 1.1\n"
         // What was acknowledged is on the disk.
         "fsync = on\n"
         "synchronous_commit = on\n"
         "full_page_writes = on\n"
         "wal_level = replica\n"
         "wal_compression = lz4\n"
         "wal_buffers = 16MB\n"
         "min_wal_size = 256MB\n"
         // After a checkpoint each page is written whole once, and a rush in a large house changes three
         // pages an order that nobody else changed: when checkpoints come too often, this never ends. With
         // more, recovery after a crash might not fit into ten seconds: a gigabyte takes five.
         "max_wal_size = 1536MB\n"
         // One call instead of one for each of a thousand files, which alone took three seconds.
         "recovery_init_sync_method = syncfs\n"
         "checkpoint_timeout = 5min\n"
         "autovacuum_vacuum_scale_factor = 0.05\n"
         // A backend whose client was killed does not work on.
         "client_connection_check_interval = 2s\n"
         "timezone = 'UTC'\n"
         "log_timezone = 'UTC'\n"
         "datestyle = 'iso, ymd'\n"
         "lc_messages = 'C.UTF-8'\n"
         "log_line_prefix = '%m [%p] %a '\n"
         // Stale versions are refused by errors in the normal course of things; their statements would fill
         // the log.
         "log_min_messages = warning\n"
         "log_min_error_statement = panic\n"
         "log_checkpoints = off\n";
}

} // namespace

outcome<cluster> prepare_cluster(const fs::path& folder) {
  cluster files;
  files.folder = folder;
  auto user = choose_user(folder);
  if (!user) return user.error();
  files.user = *user;
  if (const auto barrier = unreachable(folder.parent_path(), files.user))
    return failed("the data folder " + folder.parent_path().string() + " cannot be reached by user " +
                  files.user.name + ", as which PostgreSQL runs when foyer is root, because of " +
                  barrier->string() + ": use --data /var/lib/foyer, or chmod o+x " + barrier->string());
  auto version = read_text(folder / "PG_VERSION");
  const bool exists = !version.empty();
  version = exists ? version.substr(0, version.find('\n')) : "15";
  const auto programs = find_programs(version);
  if (!programs)
    return failed("PostgreSQL " + version + " is not installed (apt-get install postgresql-" + version +
                  "); or name another server in database.url");
  files.programs = *programs;
  files.name = name_of(folder);
  files.socket_folder = fs::path{"/tmp"} / files.name;
  if (auto wrong = make_private(files.socket_folder, files.user)) return *wrong;
  if (!exists) {
    if (auto wrong = initialise(files)) return *wrong;
  }
  return files;
}

std::int64_t default_shared_buffers_mib() {
  constexpr std::int64_t mib = 1'048'576, least = 128, most = 2'048;
  auto memory = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  // What a container may have, where there is one (cgroup v2); "max" is no number.
  std::ifstream file{"/sys/fs/cgroup/memory.max"};
  if (std::int64_t limit = 0; file >> limit && limit > 0) memory = std::min(memory, limit);
  return std::clamp(memory / mib / 4, least, most);
}

outcome<bool> write_configuration(const cluster& files, std::int64_t shared_buffers_mib) {
  const auto path = files.folder / "postgresql.conf";
  const auto wanted =
      configuration_of(files, shared_buffers_mib > 0 ? shared_buffers_mib : default_shared_buffers_mib());
  if (read_text(path) == wanted) return false;
  const auto building = files.folder / "postgresql.conf.new";
  {
    std::ofstream out{building, std::ios::binary | std::ios::trunc};
    out << wanted;
    if (!out.flush()) return failed(building.string() + " cannot be written");
  }
  if (::chmod(building.c_str(), 0600) != 0 ||
      (::geteuid() == 0 && ::chown(building.c_str(), files.user.uid, files.user.gid) != 0) ||
      ::rename(building.c_str(), path.c_str()) != 0)
    return failed(path.string() + " cannot be replaced: " + reason());
  return true;
}

bool is_postmaster(const cluster& files, pid_t pid) {
  return command_line(pid) ==
         (files.programs / "postgres").string() + '\0' + "-D" + '\0' + files.folder.string() + '\0';
}

bool anybody_left(const cluster& files) {
  return !processes_named("postgres: " + files.name + ":").empty();
}

pid_t running_postmaster(const cluster& files) {
  pid_t running = 0;
  // The socket's lock holds the same number. Where nobody buries orphans (a container without init) a killed
  // postmaster stays a zombie, which PostgreSQL takes for a living one.
  for (const auto& path : {files.folder / "postmaster.pid", files.socket_folder / ".s.PGSQL.5432.lock"}) {
    std::ifstream in{path};
    pid_t pid = 0;
    if (!(in >> pid) || pid <= 0) continue;
    if (is_postmaster(files, pid))
      running = pid;
    else if ((::kill(pid, 0) == 0 || errno == EPERM) && !anybody_left(files))
      ::unlink(path.c_str());
  }
  return running;
}

bool accepts_connections(const cluster& files, pid_t pid) {
  // The eighth line is the postmaster's state (pidfile.h), the same that pg_ctl waits for.
  std::ifstream in{files.folder / "postmaster.pid"};
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (number == 1 && line != std::to_string(pid)) return false;
    if (number == 8) return line.starts_with("ready");
  }
  return false;
}

} // namespace foyer::storage
