#include "storage/pg/embedded.hpp"

#include "storage/migrations.hpp"
#include "storage/pg/blocking.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace foyer;
using namespace std::chrono_literals;

namespace {

/// A data folder of its own, removed after the test.
struct data_folder {
  std::filesystem::path path;
  data_folder() {
    char name[] = "/tmp/foyer-data-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path = name;
    std::filesystem::permissions(path, std::filesystem::perms(0711));
  }
  ~data_folder() { std::filesystem::remove_all(path); }

  outcome<std::unique_ptr<storage::embedded_server>> start(bool serving) const {
    storage::embedded_options options;
    options.data_dir = path;
    options.shared_buffers_mib = 16;
    options.serving = serving;
    return storage::create_embedded_server(options);
  }
};

/// The answer of a statement, or the message why there is none.
std::string ask(const std::string& url, const std::string& statement) {
  auto open = storage::connect_blocking(url);
  if (!open) return open.error().detail;
  auto answer = storage::query(open->get(), statement);
  return answer ? storage::first_value(*answer) : answer.error().detail;
}

bool within(std::chrono::seconds limit, const std::function<bool()>& condition) {
  for (const auto deadline = std::chrono::steady_clock::now() + limit;
       std::chrono::steady_clock::now() < deadline; std::this_thread::sleep_for(20ms))
    if (condition()) return true;
  return false;
}

} // namespace

TEST_CASE("the private PostgreSQL is durable, checksummed and without network") {
  const data_folder data;
  auto server = data.start(true);
  REQUIRE(server.ok());
  const auto url = (*server)->connection_string();
  for (const auto& [setting, value] : {std::pair{"fsync", "on"},
                                       {"synchronous_commit", "on"},
                                       {"data_checksums", "on"},
                                       {"full_page_writes", "on"},
                                       {"listen_addresses", ""},
                                       {"jit", "off"}})
    CHECK(ask(url, std::string{"show "} + setting) == value);
  CHECK(ask(url, "select current_database()") == "foyer");

  SECTION("a second server on the same folder is refused") {
    const auto second = data.start(true);
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().detail.find("another foyer serves") != std::string::npos);
  }
  SECTION("a command uses it, and keeps it when the server stops first") {
    auto command = data.start(false);
    REQUIRE(command.ok());
    CHECK((*command)->pid() == (*server)->pid());
    (*server)->stop();
    CHECK(ask((*command)->connection_string(), "select 1") == "1");
    (*command)->stop();
  }
  SECTION("killed, it is started again, and what was committed is there") {
    ask(url, "create table kept as select 42 as answer");
    const auto before = (*server)->pid();
    ::kill(before, SIGKILL);
    CHECK(within(10s,
                 [&] { return (*server)->pid() != before && ask(url, "select answer from kept") == "42"; }));
  }
  (*server)->stop();
  CHECK(ask(url, "select 1") != "1");
}

TEST_CASE("a PostgreSQL that survived the death of its process is taken over") {
  const data_folder data;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t process = ::fork();
  if (process == 0) {
    // Nothing of the test framework may run in here.
    auto server = data.start(true);
    const pid_t pid = server.ok() ? (*server)->pid() : 0;
    const bool written = ::write(ready[1], &pid, sizeof pid) == sizeof pid;
    for (;;) ::pause();
    ::_exit(written ? 0 : 1);
  }
  pid_t survivor = 0;
  REQUIRE(::read(ready[0], &survivor, sizeof survivor) == sizeof survivor);
  REQUIRE(survivor != 0);
  ::kill(process, SIGKILL);
  ::waitpid(process, nullptr, 0);
  CHECK(::kill(survivor, 0) == 0);
  auto server = data.start(true);
  REQUIRE(server.ok());
  CHECK((*server)->pid() == survivor);
  CHECK(ask((*server)->connection_string(), "select 1") == "1");

  SECTION("and started again when it is killed in its turn") {
    ::kill(survivor, SIGKILL);
    CHECK(within(10s, [&] {
      return (*server)->pid() != survivor && ask((*server)->connection_string(), "select 1") == "1";
    }));
  }
}

TEST_CASE("a stale pid file of a stranger's process does not keep PostgreSQL from starting") {
  const data_folder data;
  {
    auto first = data.start(false);
    REQUIRE(first.ok());
    ::kill((*first)->pid(), SIGKILL);
  }
  // The number of a killed postmaster may be given to any other process.
  const auto file = data.path / "postgresql" / "postmaster.pid";
  std::string text =
      std::to_string(::getpid()) + "\n" + (data.path / "postgresql").string() + "\n0\n5432\n\n\n0 0\nready\n";
  std::FILE* out = std::fopen(file.c_str(), "w");
  REQUIRE(out != nullptr);
  std::fputs(text.c_str(), out);
  std::fclose(out);
  auto second = data.start(false);
  REQUIRE(second.ok());
  CHECK(ask((*second)->connection_string(), "select 1") == "1");
}

TEST_CASE("migrations run once, wait for each other, and refuse a newer schema") {
  const data_folder data;
  auto server = data.start(false);
  REQUIRE(server.ok());
  const auto url = (*server)->connection_string();
  REQUIRE(storage::migrate(url, true).ok());
  CHECK(ask(url, "select to_regclass('schema_migrations') is null") == "t");

  std::size_t applied[2] = {};
  std::thread other{[&] {
    if (auto steps = storage::migrate(url)) applied[1] = steps->size();
  }};
  if (auto steps = storage::migrate(url)) applied[0] = steps->size();
  other.join();
  CHECK(applied[0] + applied[1] == storage::all_migrations().size());
  CHECK(ask(url, "select count(*) from schema_migrations") ==
        std::to_string(storage::all_migrations().size()));
  CHECK(storage::migrate(url)->empty());

  ask(url, "update schema_migrations set checksum = 'changed' where version = 1");
  CHECK(storage::migrate(url).error().detail.find("another text") != std::string::npos);
  ask(url, "insert into schema_migrations (version, name, checksum) values (999, '999_future', '')");
  CHECK(storage::migrate(url).error().detail.find("use the newer foyer") != std::string::npos);
}

TEST_CASE("a data folder of a version before is handed over to a role that is no superuser") {
  constexpr int before_roles = 17; // the last migration of that version
  const data_folder data;
  {
    auto former = data.start(false);
    REQUIRE(former.ok());
    const auto url = (*former)->administration_string();
    // Everything belonged to the superuser, and there was no other role.
    REQUIRE(ask(url, "alter database foyer owner to foyer; drop owned by foyer_server; "
                     "drop role foyer_server, foyer_server_tenant") == "");
    REQUIRE(ask(url, "create table schema_migrations (version integer primary key, name text not null, "
                     "checksum text not null, applied_at timestamptz not null default now())") == "");
    auto open = storage::connect_blocking(url);
    REQUIRE(open.ok());
    for (const auto& step : storage::all_migrations()) {
      if (step.version > before_roles) break;
      REQUIRE(storage::query(open->get(), std::string{step.sql}).ok());
      REQUIRE(storage::query(open->get(),
                             "insert into schema_migrations (version, name, checksum) "
                             "values ($1, $2, encode(sha256(convert_to($3, 'UTF8')), 'hex'))",
                             {std::to_string(step.version), std::string{step.name}, std::string{step.sql}})
                  .ok());
    }
    ask(url, "insert into organisations (id, slug, name, currency, locale, created_at) "
             "values (gen_random_uuid(), 'parc', 'Parc', 'EUR', 'fr', now())");
    (*former)->stop();
  }
  auto server = data.start(true);
  REQUIRE(server.ok());
  const auto url = (*server)->connection_string();
  const auto migrated = storage::migrate(url);
  INFO((migrated ? "" : migrated.error().detail));
  REQUIRE(migrated.ok());
  CHECK_FALSE(migrated->empty());
  CHECK(ask(url,
            "select rolsuper or rolbypassrls or rolcreaterole from pg_roles where rolname = current_user") ==
        "f");
  CHECK(ask(url, "select count(*) from pg_class where relnamespace = 'public'::regnamespace "
                 "and relowner <> 'foyer_server'::regrole") == "0");
  CHECK(ask(url, "select count(*) from organisations") == "1");
  CHECK(ask(url, "select tenant_role()") == "foyer_server_tenant");
  CHECK(ask(url + " options='-c role=foyer_server_tenant'", "select count(*) from organisations") == "0");
  (*server)->stop();
}
