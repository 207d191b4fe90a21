#include "bench/own_server.hpp"

#include "bench/failure.hpp"
#include "bench/http_call.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <linux/magic.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <thread>
#include <unistd.h>

namespace foyer::bench {

namespace fs = std::filesystem;
using steady = std::chrono::steady_clock;

namespace {

// initdb on a slow disk included.
constexpr auto ready_limit = std::chrono::seconds{90};
// How exact the time to be ready is known; asking is cheap for both.
constexpr auto ask_every = std::chrono::milliseconds{5};
constexpr auto stop_limit = std::chrono::seconds{90};
constexpr auto command_limit = std::chrono::seconds{600};

// Of what bench/seed.cpp writes: another version is not comparable.
constexpr int seed_version = 1;

fs::path parent_folder(const std::string& wanted) {
  if (!wanted.empty()) return fs::absolute(wanted);
  const char* temporary = std::getenv("TMPDIR");
  return temporary != nullptr && *temporary != '\0' ? fs::path{temporary} : fs::path{"/var/tmp"};
}

void refuse_memory(const fs::path& folder) {
  struct statfs info {};
  if (statfs(folder.c_str(), &info) != 0) return;
  if (info.f_type == TMPFS_MAGIC || info.f_type == RAMFS_MAGIC)
    throw failure{folder.string() +
                  " is in memory, where fsync does nothing: name a folder on a disk with --data"};
}

fs::path find_program(const std::string& wanted) {
  if (!wanted.empty()) return fs::absolute(wanted);
  std::error_code error;
  const auto here = fs::read_symlink("/proc/self/exe", error).parent_path();
  // Installed beside this program, or in the build folder, where each room has a folder of its own.
  for (const auto& candidate : {here / "foyer", here.parent_path() / "cli" / "foyer"})
    if (fs::is_regular_file(candidate, error)) return candidate;
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "";
  while (!rest.empty()) {
    const auto folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    if (auto candidate = fs::path{folder} / "foyer"; fs::is_regular_file(candidate, error)) return candidate;
  }
  throw failure{"no program foyer beside " + here.string() + " or in PATH: name it with --foyer"};
}

// A port that was free a moment ago. Somebody else may take it in between; then the server says so.
std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool ok = fd >= 0 && bind(fd, generic, size) == 0 && getsockname(fd, generic, &size) == 0;
  if (fd >= 0) close(fd);
  if (!ok) throw failure{"no free port on 127.0.0.1"};
  return ntohs(address.sin_port);
}

} // namespace

scratch_folder::scratch_folder(const fs::path& parent, const std::string& kept_name)
    : keep_{!kept_name.empty()} {
  refuse_memory(parent);
  if (keep_) {
    path_ = parent / kept_name;
    std::error_code failed;
    fs::create_directories(path_, failed);
    if (failed) throw failure{"cannot make the folder " + path_.string() + ": " + failed.message()};
    lock();
  } else {
    std::string name = (parent / "foyer-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw failure{"cannot make a folder in " + parent.string() + ": " + std::strerror(errno) +
                    "; name another with --data"};
    path_ = name;
  }
  // User postgres, as whom the cluster runs when we are root, has to pass through.
  fs::permissions(path_, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
}

void scratch_folder::lock() {
  const auto file = path_ / "lock";
  lock_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) throw failure{"cannot write " + file.string() + ": " + std::strerror(errno)};
  if (flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
  close(lock_);
  throw failure{"another foyer-bench works in " + path_.string() +
                ": wait for it, or take another seed, number of households or --data"};
}

scratch_folder::~scratch_folder() {
  if (lock_ >= 0) close(lock_);
  std::error_code ignored;
  if (!keep_) fs::remove_all(path_, ignored);
}

std::string kept_name(const options& wanted) {
  return "foyer-bench-" + std::to_string(wanted.households) + "-" + std::to_string(wanted.seed);
}

own_server::own_server(const options& wanted)
    : folder_{parent_folder(wanted.data_dir), wanted.keep_data ? kept_name(wanted) : std::string{}},
      watchman_{folder_.path(), wanted.keep_data}, program_{find_program(wanted.foyer)} {
  address_.host = "127.0.0.1";
  address_.port = free_port();
  address_.host_header = address_.host + ":" + std::to_string(address_.port);
  metrics_ = address_;
  while (metrics_.port == address_.port) metrics_.port = free_port();
  metrics_.host_header = metrics_.host + ":" + std::to_string(metrics_.port);
  std::ofstream file{folder() / "foyer.toml"};
  file << "[server]\nlisten = \"" << address_.host_header << "\"\npublic_url = \"http://"
       << address_.host_header << "\"\nmetrics_listen = \"" << metrics_.host_header
       << "\"\n[http]\nconnections_per_address_max = " << wanted.connections + 16
       << "\nconnections_max = " << wanted.connections + 16 << "\n[data]\ndir = " << (folder() / "data")
       << "\n[ledger]\ncheckpoint_after_start = \"1d\"\n[sessions]\nstaff_idle = \"3650d\"\nstaff_absolute = "
          "\"3650d\"\n[security]\nthrottling = false\n[log]\nlevel = \"warn\"\n";
  if (!file.flush()) throw failure{"cannot write into " + folder().string()};
}

own_server::~own_server() = default;

void own_server::configure(const std::string& toml) const {
  std::ofstream file{folder() / "foyer.toml", std::ios::app};
  file << toml;
  if (!file.flush()) throw failure{"cannot write into " + folder().string()};
}

void own_server::prepare() {
  if (!seeded()) {
    std::error_code ignored;
    fs::remove_all(folder() / "data", ignored);
  }
  // Mails of an earlier run.
  std::error_code ignored;
  fs::remove_all(folder() / "data" / "mail", ignored);
  storage::embedded_options wanted;
  wanted.data_dir = folder() / "data";
  auto started = storage::create_embedded_server(wanted);
  if (!started) throw failure{started.error().detail};
  postgresql_ = std::move(*started);
  must_command({"migrate"});
  if (seeded()) return;
  must_command({"org", "create", "bench", "--name", "Banc d'essai", "--currency", "EUR", "--locale", "fr",
                "--admin", "operator@bench.example"});
}

bool own_server::seeded() const {
  std::ifstream file{folder() / "seeded"};
  int version = 0;
  return file >> version && version == seed_version;
}

void own_server::remember_seeded() const {
  std::ofstream file{folder() / "seeded"};
  file << seed_version << '\n';
  if (!file.flush()) throw failure{"cannot write into " + folder().string()};
}

std::chrono::nanoseconds own_server::start() {
  const auto log = folder() / "serve.log";
  const auto begun = steady::now();
  server_ = std::make_unique<child_process>(
      std::vector<std::string>{program_.string(), "serve", "--config", (folder() / "foyer.toml").string()},
      log);
  const auto until = steady::now() + ready_limit;
  while (http_call(address_, "GET", "/readyz").status != 200) {
    check_running();
    if (steady::now() > until)
      throw failure{"the server is not ready after 90 s; its log ends:\n" + tail_of(log)};
    std::this_thread::sleep_for(ask_every);
  }
  return steady::now() - begun;
}

void own_server::check_running() {
  if (!server_ || !server_->poll()) return;
  throw failure{"the server ended with status " + std::to_string(*server_->poll()) + "; its log ends:\n" +
                tail_of(folder() / "serve.log")};
}

void own_server::stop() {
  check_running();
  server_->send_signal(SIGTERM);
  const auto status = server_->wait_for(stop_limit);
  if (!status) throw failure{"the server did not stop within 90 s of SIGTERM"};
  if (*status != 0) check_running();
}

std::size_t own_server::resident_bytes() const {
  // proc(5): pages, the second of them resident.
  std::ifstream file{"/proc/" + std::to_string(server_ ? server_->id() : 0) + "/statm"};
  std::size_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::string own_server::database_url(const std::string& name) const {
  // libpq takes the last of a keyword's values.
  return postgresql_->connection_string() + " dbname=" + name;
}

std::string own_server::administration_url(const std::string& name) const {
  return postgresql_->administration_string() + " dbname=" + name;
}

command_outcome own_server::command(std::vector<std::string> arguments, const fs::path& configuration) const {
  arguments.insert(arguments.begin(), program_.string());
  arguments.insert(arguments.end(),
                   {"--config", (configuration.empty() ? folder() / "foyer.toml" : configuration).string()});
  return run_command(arguments, command_limit);
}

void own_server::must_command(std::vector<std::string> arguments, const fs::path& configuration) const {
  const auto name = arguments[0];
  const auto outcome = command(std::move(arguments), configuration);
  if (outcome.status != 0)
    throw failure{"foyer " + name + " failed with status " + std::to_string(outcome.status) + ":\n" +
                  outcome.errors};
}

fs::path own_server::configure_for(const std::string& name) const {
  auto path = folder() / (name + ".toml");
  std::ofstream file{path};
  file << "[database]\nurl = \"" << database_url(name) << "\"\n[data]\ndir = " << (folder() / name) << "\n";
  if (!file.flush()) throw failure{"cannot write " + path.string()};
  return path;
}

} // namespace foyer::bench
