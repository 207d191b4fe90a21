#include "storage/outbox.hpp"

#include "storage/migrations.hpp"
#include "storage/pg/blocking.hpp"
#include "storage/pg/embedded.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>

using namespace foyer;
using namespace foyer::mailer;
using namespace std::chrono_literals;

namespace {

struct database {
  std::filesystem::path path;
  std::unique_ptr<storage::embedded_server> server;
  storage::blocking_connection connection;

  database() {
    char name[] = "/tmp/foyer-data-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path = name;
    std::filesystem::permissions(path, std::filesystem::perms(0711));
    storage::embedded_options options;
    options.data_dir = path;
    options.shared_buffers_mib = 16;
    options.serving = true;
    auto started = storage::create_embedded_server(options);
    REQUIRE(started.ok());
    server = std::move(*started);
    REQUIRE(storage::migrate(url()).ok());
    auto opened = storage::connect_blocking(url());
    REQUIRE(opened.ok());
    connection = std::move(*opened);
  }
  ~database() {
    connection.reset();
    server->stop();
    std::filesystem::remove_all(path);
  }

  std::string url() const { return server->connection_string(); }
  std::string ask(const std::string& statement) {
    auto answer = storage::query(connection.get(), statement);
    if (!answer) FAIL(answer.error().detail);
    return storage::first_value(*answer);
  }
  void insert(const std::string& last_digits, int priority, const std::string& due = "now()") {
    ask("insert into outbox (id, template, locale, to_address, to_name, params, priority, next_attempt_at, "
        "created_at) "
        "values ('01890a5d-ac96-774b-bcce-b302099a80" +
        last_digits +
        "', 'confirmation', 'fr', 'zoe@kunde.example', "
        "null, '{}', " +
        std::to_string(priority) + ", " + due + ", now() - interval '1 minute')");
  }
  std::unique_ptr<outbox> box() const {
    storage::outbox_options options;
    options.url = url();
    return storage::create_outbox(options);
  }
};

std::string tail(const queued_mail& mail) {
  return to_string(mail.id).substr(34);
}

settlement booking(const queued_mail& of, settlement::kind what, std::string detail = {}) {
  return {of.id, of.attempt, what, 1h, std::move(detail)};
}

} // namespace

TEST_CASE(
    "M1 the outbox table is claimed by urgency, leased, booked, and lets nobody else's row be changed") {
  database db;
  db.insert("01", 2);
  db.insert("02", 1);
  db.insert("03", 0);
  db.insert("04", 0, "now() + interval '1 hour'");
  const auto one = db.box();
  const auto two = db.box();

  auto claimed = one->exchange({}, 2, 5min);
  REQUIRE(claimed);
  REQUIRE(claimed->mails.size() == 2);
  CHECK(tail(claimed->mails[0]) == "03");
  CHECK(tail(claimed->mails[1]) == "02");
  CHECK(claimed->mails[0].age >= 1min);
  CHECK(claimed->mails[0].attempt == 1);
  CHECK_FALSE(claimed->next_due);

  // Somebody else gets only what is left, and learns when the next falls due.
  auto rest = two->exchange({}, 10, 1ms);
  REQUIRE(rest);
  REQUIRE(rest->mails.size() == 1);
  CHECK(tail(rest->mails[0]) == "01");
  REQUIRE(rest->next_due);
  CHECK(*rest->next_due > 59min);

  // Its lease runs out at once, so the first one may have it; the late booking of a failure then counts for
  // nothing.
  auto again = one->exchange({}, 10, 5min);
  for (int i = 0; i < 100 && again->mails.empty(); ++i) again = one->exchange({}, 10, 5min);
  REQUIRE(again->mails.size() == 1);
  CHECK(again->mails[0].attempt == 2);
  const settlement late[] = {booking(rest->mails[0], settlement::kind::failed, "late")};
  REQUIRE(two->exchange(late, 0, 5min));
  CHECK(db.ask("select state from outbox where id::text like '%01'") == "1");

  const settlement all[] = {
      booking(claimed->mails[0], settlement::kind::sent),
      booking(claimed->mails[1], settlement::kind::retry, "451 \"quoted\" \\ {odd, \xFF} d\xC3\xA9j\xC3\xA0"),
      booking(again->mails[0], settlement::kind::released),
  };
  REQUIRE(one->exchange(all, 0, 5min));
  // Twice is once.
  REQUIRE(one->exchange(all, 0, 5min));
  CHECK(db.ask("select state || ' ' || (sent_at is not null) from outbox where id::text like '%03'") ==
        "2 true");
  CHECK(
      db.ask("select state || ' ' || attempts || ' ' || last_error from outbox where id::text like '%02'") ==
      "0 1 451 \"quoted\" \\ {odd, ?} d??j??");
  CHECK(db.ask(
            "select next_attempt_at > now() + interval '59 minutes' from outbox where id::text like '%02'") ==
        "t");
  CHECK(db.ask("select state || ' ' || attempts from outbox where id::text like '%01'") == "0 1");
}

TEST_CASE("M1 an outbox whose database goes away and comes back goes on") {
  database db;
  db.insert("01", 0);
  const auto box = db.box();
  auto claimed = box->exchange({}, 10, 5min);
  REQUIRE(claimed->mails.size() == 1);
  db.ask("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'foyer mailers'");
  const settlement sent[] = {booking(claimed->mails[0], settlement::kind::sent)};
  CHECK_FALSE(box->exchange(sent, 10, 5min));
  CHECK(box->exchange(sent, 10, 5min));
  CHECK(db.ask("select state from outbox") == "2");
}

TEST_CASE("M1 claiming looks at due rows only, however many wait for later") {
  database db;
  db.ask(
      "insert into outbox (id, template, locale, to_address, params, priority, next_attempt_at, created_at) "
      "select gen_random_uuid(), 't', 'fr', 'a@b.example', '{}', g % 3, now() + interval '1 hour', now() "
      "from generate_series(1, 20000) g");
  db.insert("01", 2);
  db.ask("analyze outbox");
  const auto before = std::stoll(db.ask("select coalesce(sum(idx_tup_read), 0) from pg_stat_user_indexes "
                                        "where indexrelname = 'outbox_waiting'"));
  const auto box = db.box();
  REQUIRE(box->exchange({}, 10, 5min)->mails.size() == 1);
  db.ask("select pg_stat_force_next_flush()");
  CHECK(std::stoll(db.ask(
            "select sum(idx_tup_read) from pg_stat_user_indexes where indexrelname = 'outbox_waiting'")) -
            before <
        100);
}

TEST_CASE("M1 plans that were made while the outbox was empty stay good when a rush has filled it") {
  database db;
  db.ask("vacuum analyze outbox");
  const auto looked_at = [&] {
    return std::stoll(db.ask("select sum(idx_tup_read) + (select seq_tup_read from pg_stat_user_tables where "
                             "relname = 'outbox') from pg_stat_user_indexes where relname = 'outbox'"));
  };
  auto box = db.box();
  const settlement nobody[] = {{mail_id{}, 1, settlement::kind::sent, 1h, {}}};
  REQUIRE(box->exchange(nobody, 10, 5min));
  db.ask(
      "insert into outbox (id, template, locale, to_address, params, priority, next_attempt_at, created_at) "
      "select gen_random_uuid(), 't', 'fr', 'a@b.example', '{}', 1, now(), now() from generate_series(1, "
      "20000)");
  const auto before = looked_at();
  auto claimed = box->exchange({}, 10, 5min);
  REQUIRE(claimed->mails.size() == 10);
  std::vector<settlement> sent;
  for (const auto& each : claimed->mails) sent.push_back(booking(each, settlement::kind::sent));
  REQUIRE(box->exchange(sent, 10, 5min));
  // A backend tells what it looked at when it ends, at the latest.
  box.reset();
  while (db.ask("select count(*) from pg_stat_activity where application_name = 'foyer mailers'") != "0") {
  }
  CHECK(looked_at() - before < 500);
}

TEST_CASE("M1 a database whose clock is set back delays no mail by as much") {
  database db;
  db.insert("01", 0, "now() + interval '3 hours'");
  db.insert("02", 2);
  const auto box = db.box();
  REQUIRE(box->exchange({}, 1, 5min)->mails.size() == 1);
  db.ask("update outbox set leased_until = now() + interval '3 hours' where id::text like '%02'");
  // As if both had been written three hours from now: the lease is freed, and then what waits is due.
  auto freed = box->exchange({}, 10, 5min);
  REQUIRE(freed);
  REQUIRE(freed->mails.size() == 1);
  CHECK(tail(freed->mails[0]) == "02");
  CHECK(freed->next_due == 0ms);
  auto due = box->exchange({}, 10, 5min);
  REQUIRE(due->mails.size() == 1);
  CHECK(tail(due->mails[0]) == "01");
}
