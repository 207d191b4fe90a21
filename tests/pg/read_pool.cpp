#include "storage/pg/read_pool.hpp"

#include "tests/pg/database.hpp"
#include "tests/pg/proxy.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace foyer::tests;
using storage::pg::read_pool;
using storage::pg::read_query;
using storage::pg::statement;

namespace {

constexpr statement plus_one{"plus_one", "select $1::bigint + 1"};
constexpr statement wrong{"wrong", "select nothing from nowhere"};
constexpr statement wait_for_lock{"wait_for_lock",
                                  "select count(*)::bigint from pg_advisory_xact_lock_shared(4711)"};
constexpr statement change{"change", "delete from journals"};
constexpr statement scope{"scope", "select current_setting('foyer.organisation', true)"};
constexpr statement snapshot{"snapshot", "select pg_current_snapshot()::text"};

using answer = outcome<read_pool::all_rows>;

struct running_pool {
  explicit running_pool(const config::settings& settings = {}, const std::string& url = database_url())
      : pool(storage::pg::create_read_pool(context.context, settings, url)) {
    if (!eventually([this] { return pool->ready(); })) throw std::runtime_error("the pool does not connect");
  }
  ~running_pool() { pool->close(); }

  std::future<answer> run(std::vector<const statement*> what, std::optional<std::int64_t> with = {},
                          std::optional<organisation_id> as = {}) {
    std::vector<read_query> queries;
    for (const auto* each : what) {
      queries.push_back({each, {}});
      if (with) queries.back().with.add(*with);
    }
    auto promise = std::make_shared<std::promise<answer>>();
    const auto seen = as ? storage::pg::read_scope{storage::pg::within{*as}}
                         : storage::pg::read_scope{storage::pg::everywhere{"nothing of a tenant is read"}};
    pool->run(std::move(queries), seen, [promise](answer is) { promise->set_value(std::move(is)); });
    return promise->get_future();
  }

  running_context context;
  std::shared_ptr<read_pool> pool;
};

template <class T>
T first(const answer& of, std::size_t query = 0) {
  return storage::pg::row_reader{(*of)[query], 0}.next<T>();
}

} // namespace

TEST_CASE("read pool: many requests at once each get their own answer") {
  running_pool reads;
  std::vector<std::future<answer>> all;
  for (std::int64_t i = 0; i < 500; ++i) all.push_back(reads.run({&plus_one, &plus_one}, i));
  for (std::int64_t i = 0; i < 500; ++i) {
    const auto is = all[static_cast<std::size_t>(i)].get();
    REQUIRE(is.ok());
    REQUIRE(is->size() == 2);
    CHECK(first<std::int64_t>(is, 1) == i + 1);
  }
  CHECK(reads.pool->stats().requests == 500);
  CHECK(reads.pool->stats().waiting == 0);
}

TEST_CASE("read pool: a wrong query is told so, and harms no other") {
  running_pool reads;
  std::vector<std::future<answer>> all;
  for (int i = 0; i < 20; ++i) all.push_back(i % 2 == 0 ? reads.run({&wrong}) : reads.run({&plus_one}, i));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto is = all[i].get();
    CHECK(is.ok() == (i % 2 == 1));
    if (!is) CHECK(is.error().code == errc::internal);
  }
}

TEST_CASE("read pool: nothing is written through it") {
  running_pool reads;
  CHECK_FALSE(reads.run({&change}).get().ok());
}

TEST_CASE("read pool: a scope holds for its own request only") {
  auto settings = config::settings{};
  settings.database.read_connections = 1;
  running_pool reads(settings);
  const auto organisation = fresh_id<organisation_id>();
  const auto other = fresh_id<organisation_id>();
  auto scoped = reads.run({&scope}, {}, organisation);
  auto unscoped = reads.run({&scope});
  auto next = reads.run({&scope, &scope}, {}, other);
  CHECK(first<std::string>(scoped.get()) == to_string(organisation));
  CHECK(first<std::string>(unscoped.get()).empty());
  CHECK(first<std::string>(next.get(), 1) == to_string(other));
}

TEST_CASE("read pool: the queries of a request see one snapshot") {
  running_pool reads;
  for (int i = 0; i < 20; ++i) {
    auto asked = reads.run({&snapshot, &plus_one, &snapshot}, {});
    sql("select txid_current()");
    const auto is = asked.get();
    if (is) CHECK(first<std::string>(is, 0) == first<std::string>(is, 2));
  }
}

TEST_CASE("read pool: a full queue refuses at once") {
  auto settings = config::settings{};
  settings.database.read_connections = 1;
  settings.database.read_queue_max = 5;
  running_pool reads(settings);
  session other;
  other.run("select pg_advisory_lock(4711)");
  std::vector<std::future<answer>> taken;
  // A connection takes 16, five may wait.
  for (int i = 0; i < 16; ++i) {
    taken.push_back(reads.run({&wait_for_lock}));
    REQUIRE(eventually([&] { return reads.pool->stats().waiting == 0; }));
  }
  for (int i = 0; i < 5; ++i) taken.push_back(reads.run({&wait_for_lock}));
  const auto refused = reads.run({&wait_for_lock}).get();
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == errc::unavailable);
  other.run("select pg_advisory_unlock(4711)");
  for (auto& each : taken) CHECK(each.get().ok());
}

TEST_CASE("read pool: what a dying connection took along is answered by another") {
  running_pool reads;
  session other;
  other.run("select pg_advisory_lock(4711)");
  auto asked = reads.run({&wait_for_lock});
  REQUIRE(eventually([] {
    return sql("select count(*) from pg_stat_activity where application_name = 'foyer-read' and "
               "wait_event_type = 'Lock'") == "1";
  }));
  sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'foyer-read' and "
      "wait_event_type = 'Lock'");
  REQUIRE(eventually([&] { return reads.pool->stats().reconnects == 1; }));
  other.run("select pg_advisory_unlock(4711)");
  CHECK(asked.get().ok());
  CHECK(eventually([&] { return reads.pool->stats().connected == 8; }));
}

TEST_CASE("read pool: without a database it says unavailable, with one again it answers") {
  proxy between;
  config::settings settings;
  settings.database.reconnect_max = std::chrono::milliseconds{100};
  running_pool reads(settings, between.url());
  for (int round = 0; round < 3; ++round) {
    between.cut();
    const auto meanwhile = reads.run({&plus_one}, 1).get();
    if (!meanwhile) CHECK(meanwhile.error().code == errc::unavailable);
    REQUIRE(eventually([&] { return reads.run({&plus_one}, 1).get().ok(); }));
  }
  reads.pool->close();
  CHECK_FALSE(reads.run({&plus_one}, 1).get().ok());
}

TEST_CASE("read pool: a server that has become silent is given up") {
  proxy between;
  config::settings settings;
  settings.database.statement_deadline = std::chrono::milliseconds{300};
  settings.database.connect_deadline = std::chrono::milliseconds{300};
  running_pool reads(settings, between.url());
  REQUIRE(eventually([&] { return reads.pool->stats().connected == 8; }));
  between.hold_answers();
  const auto is = reads.run({&plus_one}, 1).get();
  if (!is) CHECK(is.error().code == errc::unavailable);
  REQUIRE(eventually([&] { return reads.run({&plus_one}, 1).get().ok(); }));
}
