#include "storage/pg/embedded.hpp"

#include "storage/pg/blocking.hpp"
#include "storage/pg/cluster.hpp"
#include "storage/pg/file_lock.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace foyer::storage {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// How often the postmaster is looked at while it starts, runs and stops. It need not be a child of this
/// process, so there is nothing to wait on.
constexpr auto start_poll = 10ms;
constexpr auto life_poll = 100ms;
/// A fast shutdown writes a checkpoint; after this long the immediate one follows, which recovery repairs.
constexpr auto stop_deadline = 60s;
/// Wait before a dead postmaster is started again: doubles up to the second value, and is forgotten after the
/// third.
constexpr auto restart_first = 50ms;
constexpr auto restart_max = 5s;
constexpr auto restart_forgotten = 60s;
/// The server's log of former starts is kept once, and only up to about this size.
constexpr std::uintmax_t log_bytes_max = 16 * 1024 * 1024;

// The roles of serving: one that owns the database, and one that it takes on to read for one tenant
// (migration 018). They may be there already.
constexpr const char* roles_sql = R"sql(
do $$ begin
  if not exists (select from pg_roles where rolname = 'foyer_server') then
    create role foyer_server login createdb;
  end if;
  if not exists (select from pg_roles where rolname = 'foyer_server_tenant') then
    create role foyer_server_tenant nologin;
  end if;
  grant foyer_server_tenant to foyer_server;
  if exists (select from pg_database where datname = 'foyer' and datdba <> 'foyer_server'::regrole) then
    alter database foyer owner to foyer_server;
  end if;
end $$)sql";
// Databases of former versions were served, and made, by the superuser. What belongs to an extension stays.
constexpr const char* own_sql = R"sql(
do $$ declare it record; begin
  for it in
    select format('alter %s %s owner to foyer_server',
             case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'c' then 'type' else 'table' end,
             c.oid::regclass) as statement
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'c')
      and c.relowner <> 'foyer_server'::regrole
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    union all
    select format('alter routine %s owner to foyer_server', p.oid::regprocedure) from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proowner <> 'foyer_server'::regrole
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  loop
    execute it.statement;
  end loop;
end $$)sql";

refusal failed(std::string text) {
  return {errc::unavailable, std::move(text)};
}

class embedded final : public embedded_server {
public:
  explicit embedded(embedded_options options)
      : options_(std::move(options)), log_(options_.data_dir / "postgresql.log") {}

  ~embedded() override { stop(); }

  std::string connection_string() const override { return connection_to("foyer", "foyer_server"); }
  std::string administration_string() const override { return connection_to("foyer", "foyer"); }

  pid_t pid() const override { return pid_; }

  /// Takes the locks. The start lock is held on return.
  std::optional<refusal> enter() {
    const auto folder = options_.data_dir / "lock";
    for (const auto& [lock, name] :
         {std::pair{&server_lock_, "server"}, {&users_, "users"}, {&start_lock_, "start"}})
      if (!lock->open(folder / name))
        return failed((folder / name).string() + " cannot be opened: " + std::strerror(errno) +
                      "; run foyer as the owner of the data folder or as root, or use --data");
    if (options_.serving && !server_lock_.try_exclusive())
      return failed("another foyer serves the data folder " + options_.data_dir.string() +
                    ": stop it first, or use --data");
    start_lock_.exclusive();
    entered_ = true;
    return std::nullopt;
  }

  /// With the start lock held: runs the cluster, takes over what ran already, makes the database.
  std::optional<refusal> run() {
    auto prepared = prepare_cluster(options_.data_dir / "postgresql");
    if (!prepared) return prepared.error();
    files_ = *prepared;
    auto written = write_configuration(files_, options_.shared_buffers_mib);
    if (!written) return written.error();
    pid_ = running_postmaster(files_);
    if (pid_ != 0 && *written && users_.try_exclusive()) end_postmaster();
    const bool found = pid_ != 0;
    if (auto wrong = start()) return wrong;
    users_.shared();
    const auto open = connect_blocking(connection_to("postgres", "foyer"));
    if (!open) return open.error();
    if (found && options_.serving) {
      options_.report("took over the PostgreSQL that was running");
      if (auto wrong = end_old_sessions(open->get())) return wrong;
    }
    if (auto wrong = create_database(open->get())) return wrong;
    if (auto wrong = hand_over(open->get())) return wrong;
    start_lock_.release();
    if (options_.serving) supervisor_ = std::thread{[this] { supervise(); }};
    return std::nullopt;
  }

  void stop() override {
    {
      const std::lock_guard hold{mutex_};
      if (stopping_ || !entered_) return;
      stopping_ = true;
    }
    wake_.notify_all();
    if (supervisor_.joinable()) supervisor_.join();
    // A start that failed still holds this lock, and may have left a postmaster behind.
    start_lock_.exclusive();
    if (users_.try_exclusive()) {
      end_postmaster();
      std::error_code ec;
      fs::remove(files_.socket_folder, ec);
    }
    users_.release();
    start_lock_.release();
    server_lock_.release();
  }

private:
  std::string connection_to(const char* database, const char* role) const {
    return "host=" + files_.socket_folder.string() + " port=5432 user=" + role + " dbname=" + database +
           " application_name=" + (options_.serving ? "foyer-serve" : "foyer-command");
  }

  /// Returns once the postmaster takes connections; starts it when there is none. With the start lock held.
  std::optional<refusal> start() {
    const auto deadline = clock::now() + options_.start_deadline;
    for (;;) {
      if (pid_ == 0) {
        // Children of a killed postmaster still hold its memory for a moment; a new one would refuse to
        // start.
        while (anybody_left(files_) && clock::now() < deadline) std::this_thread::sleep_for(start_poll);
        running_postmaster(files_);
        if (!launch()) return failed("PostgreSQL cannot be started: " + std::string{std::strerror(errno)});
      }
      while (!ended()) {
        if (accepts_connections(files_, pid_)) return std::nullopt;
        if (clock::now() > deadline)
          return failed("PostgreSQL did not get ready; its log is " + log_.string());
        std::this_thread::sleep_for(start_poll);
      }
      const bool was_ours = child_ != 0;
      pid_ = child_ = 0;
      if (was_ours) return failed("PostgreSQL does not start: " + last_words());
      // The one that was found ended meanwhile: start one of our own.
    }
  }

  bool launch() {
    std::error_code ec;
    if (fs::file_size(log_, ec) > log_bytes_max && !ec) fs::rename(log_, log_.string() + ".old", ec);
    const int log_fd = ::open(log_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log_fd < 0) return false;
    // A later start may be by the cluster's owner instead of root.
    if (::geteuid() == 0 && ::fchown(log_fd, files_.user.uid, files_.user.gid) != 0)
      options_.report(log_.string() + " cannot be given to the owner of the database");
    child_ =
        start_child({files_.programs / "postgres", "-D", files_.folder}, files_.user, files_.folder, log_fd);
    ::close(log_fd);
    pid_ = child_;
    return child_ != 0;
  }

  /// Whether the postmaster is gone; a child is buried.
  bool ended() {
    if (child_ != 0) {
      const pid_t buried = ::waitpid(child_, nullptr, WNOHANG);
      return buried == child_ || (buried < 0 && errno == ECHILD);
    }
    return !is_postmaster(files_, pid_);
  }

  void end_postmaster() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGINT);
    const auto deadline = clock::now() + stop_deadline;
    bool immediate = false;
    while (!ended()) {
      if (!immediate && clock::now() > deadline) {
        options_.report("PostgreSQL does not stop; it is stopped at once and recovers at its next start");
        ::kill(pid_, SIGQUIT);
        immediate = true;
      }
      std::this_thread::sleep_for(start_poll);
    }
    pid_ = child_ = 0;
  }

  /// What a former process of ours left running must not commit any more once this one has read its state.
  std::optional<refusal> end_old_sessions(PGconn* open) {
    for (const auto deadline = clock::now() + 10s; clock::now() < deadline;
         std::this_thread::sleep_for(start_poll)) {
      const auto left = query(open, "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                                    "where application_name = 'foyer-serve' and pid <> pg_backend_pid()");
      if (!left) return left.error();
      if (first_value(*left) == "0") return std::nullopt;
    }
    return failed("sessions of a former foyer do not end");
  }

  std::optional<refusal> create_database(PGconn* open) {
    const auto there = query(open, "select 1 from pg_database where datname = 'foyer'");
    if (!there) return there.error();
    if (!first_value(*there).empty()) return std::nullopt;
    // Sorted by code point, the fastest to index; what people read is sorted by ICU collations in the
    // statements.
    const auto made =
        query(open, "create database foyer template template0 encoding 'UTF8' locale 'C.UTF-8'");
    if (!made) return made.error();
    return std::nullopt;
  }

  /// Makes the roles that serve, and gives them what there is.
  std::optional<refusal> hand_over(PGconn* open) {
    if (const auto made = query(open, roles_sql); !made) return made.error();
    const auto inside = connect_blocking(administration_string());
    if (!inside) return inside.error();
    if (const auto given = query(inside->get(), own_sql); !given) return given.error();
    return std::nullopt;
  }

  /// Starts the postmaster again when it dies, until stop().
  void supervise() {
    auto wait = std::chrono::milliseconds{restart_first};
    auto started = clock::now();
    std::unique_lock hold{mutex_};
    while (!wake_.wait_for(hold, life_poll, [this] { return stopping_; })) {
      if (pid_ != 0 && !ended()) continue;
      pid_ = child_ = 0;
      if (clock::now() - started > restart_forgotten) wait = restart_first;
      options_.report("PostgreSQL died; it is started again");
      if (wake_.wait_for(hold, wait, [this] { return stopping_; })) return;
      wait = std::min<std::chrono::milliseconds>(wait * 2, restart_max);
      hold.unlock();
      start_lock_.exclusive();
      pid_ = running_postmaster(files_);
      if (const auto wrong = start()) options_.report(wrong->detail);
      start_lock_.release();
      started = clock::now();
      hold.lock();
    }
  }

  /// The end of the server's log, which says why it did not start.
  std::string last_words() const {
    std::ifstream in{log_, std::ios::binary | std::ios::ate};
    const auto size = static_cast<std::streamoff>(in.tellg());
    in.seekg(std::max<std::streamoff>(0, size - 600));
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  }

  const embedded_options options_;
  cluster files_;
  const fs::path log_;
  file_lock server_lock_; ///< exclusive while this process serves
  file_lock users_;       ///< shared by everybody who uses the server
  file_lock start_lock_;  ///< exclusive while somebody starts or stops it
  std::atomic<pid_t> pid_{0};
  pid_t child_ = 0; ///< the postmaster if this process started it; used by one thread at a time
  std::mutex mutex_;
  std::condition_variable wake_;
  bool entered_ = false;
  bool stopping_ = false;
  std::thread supervisor_;
};

/// The data folder and the one of its locks, made if needed. Returns its path without links.
outcome<fs::path> make_data_dir(const fs::path& wanted) {
  std::error_code ec;
  const bool made = fs::create_directories(wanted, ec);
  const auto folder = ec ? fs::path{} : fs::canonical(wanted, ec);
  if (ec)
    return failed("the data folder " + wanted.string() + " cannot be made: " + ec.message() + "; use --data");
  // Nobody else reads it; as root user postgres passes through to the database inside.
  if (made) ::chmod(folder.c_str(), ::geteuid() == 0 ? 0711 : 0700);
  struct stat owner {};
  const auto locks = folder / "lock";
  if (fs::create_directory(locks, ec) && ::geteuid() == 0 && ::stat(folder.c_str(), &owner) == 0 &&
      ::chown(locks.c_str(), owner.st_uid, owner.st_gid) != 0)
    return failed(locks.string() + " cannot be given to the owner of its folder");
  return folder;
}

} // namespace

outcome<std::unique_ptr<embedded_server>> create_embedded_server(const embedded_options& options) {
  const auto folder = make_data_dir(options.data_dir);
  if (!folder) return folder.error();
  auto settled = options;
  settled.data_dir = *folder;
  auto server = std::make_unique<embedded>(std::move(settled));
  if (auto wrong = server->enter()) return *wrong;
  if (auto wrong = server->run()) return *wrong;
  return std::unique_ptr<embedded_server>{std::move(server)};
}

} // namespace foyer::storage
