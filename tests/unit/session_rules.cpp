#include "actors/session/sessions.hpp"
#include "actors/vocabulary/secret.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace foyer;
using namespace std::chrono_literals;

namespace {

struct set_clock final : clock_source {
  time_point at{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
  [[nodiscard]] time_point now() const override { return at; }
};

// A journal and a table of sessions in one.
struct memory final : session::loader, journal {
  std::map<sha256_hash, session::record> rows;
  int reads = 0;
  int writes = 0;
  bool lost = false;

  void load_session(const sha256_hash& hash,
                    std::function<void(outcome<std::optional<session::record>>)> done) override {
    ++reads;
    const auto found = rows.find(hash);
    done(found == rows.end() ? std::optional<session::record>{} : found->second);
  }
  void list_sessions(const account_id& of,
                     std::function<void(outcome<std::vector<session::record>>)> done) override {
    std::vector<session::record> out;
    for (const auto& [hash, row] : rows)
      if (row.account == of) out.push_back(row);
    done(out);
  }
  void append(commit rows_of, callback done) override {
    if (lost) return done({commit_status::lost, {}, {}});
    ++writes;
    for (auto& each : rows_of.cold) {
      if (auto* row = std::get_if<session_row>(&each)) insert(*row);
      if (auto* gone = std::get_if<session_ended>(&each))
        std::erase_if(rows, [&](auto& r) { return r.second.id == gone->id; });
      if (auto* gone = std::get_if<sessions_ended>(&each))
        std::erase_if(
            rows, [&](auto& r) { return r.second.account == gone->account && r.second.id != gone->except; });
      if (auto* touched = std::get_if<session_touched>(&each))
        for (auto& [hash, row] : rows)
          if (row.id == touched->id) {
            row.last_used_at = touched->last_used_at;
            if (touched->password_at) row.password_at = *touched->password_at;
          }
    }
    done({commit_status::committed, {}, {}});
  }
  void insert(const session_row& row) {
    session::record of;
    of.id = row.id;
    of.token_hash = row.token_hash;
    of.login = row.login;
    of.account = row.account;
    of.household = row.household;
    of.remembered = row.remembered;
    of.created_at = row.created_at;
    of.last_used_at = row.last_used_at;
    of.password_at = row.password_at;
    of.expires_at = row.expires_at;
    rows[row.token_hash] = of;
  }
};

struct fixture {
  set_clock clock;
  memory table;
  config::sessions_settings settings;
  std::unique_ptr<session::store> store = session::create_store(table, table, clock, settings);
  account_id claire{new_uuid(1)};

  session::fresh open(bool remember = false, bool staff = false) {
    auto made = store->prepare_login(claire, remember, staff, "Firefox, Linux", "192.0.2.7");
    table.insert(made.row);
    return made;
  }
  session::session_ptr get(const session::fresh& of) {
    if (auto found = store->find(of.row.token_hash)) return found;
    session::session_ptr out;
    store->load(of.row.token_hash, reply<session::session_ptr>{[&](outcome<session::session_ptr> read) {
                  REQUIRE(read);
                  out = *read;
                }});
    return out;
  }
};

bool ok(outcome<done> answer) {
  return answer.ok();
}

} // namespace

TEST_CASE("A6 a session in use costs no query, and its use is written once a minute") {
  fixture f;
  const auto made = f.open();
  REQUIRE(f.get(made));
  for (int i = 0; i < 50; ++i) {
    f.clock.at += 1s;
    REQUIRE(f.get(made));
  }
  CHECK(f.table.reads == 1);
  CHECK(f.table.writes == 0);
  f.clock.at += 11s;
  REQUIRE(f.get(made));
  CHECK(f.table.writes == 1);
  CHECK(f.table.rows.begin()->second.last_used_at == f.clock.at);
}

TEST_CASE("A6 the database holds the hash of the token only") {
  fixture f;
  const auto made = f.open();
  CHECK(made.token.size() == 43);
  CHECK(made.row.token_hash == sha256(made.token));
}

TEST_CASE("A6 a buyer's session ends after 30 idle minutes and after 12 hours") {
  fixture f;
  const auto made = f.open();
  f.clock.at += 29min;
  REQUIRE(f.get(made));
  f.clock.at += 30min;
  CHECK_FALSE(f.get(made));

  const auto other = f.open();
  for (int i = 0; i < 35; ++i) {
    f.clock.at += 20min;
    REQUIRE(f.get(other));
  }
  f.clock.at += 20min;
  CHECK_FALSE(f.get(other));
}

TEST_CASE("A6 remembered sessions last 30 days, staff's never") {
  fixture f;
  const auto made = f.open(true);
  f.clock.at += 24h * 29;
  REQUIRE(f.get(made));
  f.clock.at += 24h;
  CHECK_FALSE(f.get(made));
  const auto staff = f.open(true, true);
  CHECK_FALSE(staff.row.remembered);
  CHECK(staff.row.expires_at == f.clock.at + 12h);
}

TEST_CASE("A12 an account that becomes staff has the staff's limits in its open sessions") {
  session::record of;
  session::limits with;
  with.buyer_idle = with.staff_idle = 30min;
  with.staff_absolute = 12h;
  of.remembered = true;
  of.expires_at = of.created_at + 24h * 30;
  CHECK(session::lives(of, of.created_at, of.created_at + 24h, with));
  session::owner staff;
  staff.roles.emplace_back(organisation_id{new_uuid(1)}, organisation::role::editor);
  of.owner = std::make_shared<const session::owner>(staff);
  CHECK_FALSE(session::lives(of, of.created_at, of.created_at + 24h, with));
}

TEST_CASE("A6 an ended session is gone at the very next request") {
  fixture f;
  const auto one = f.open();
  const auto two = f.open();
  const auto three = f.open();
  REQUIRE((f.get(one) && f.get(two) && f.get(three)));
  bool told = false;
  f.store->end(one.row.id, one.row.token_hash, reply<done>{[&](auto answer) { told = ok(answer); }});
  CHECK(told);
  CHECK_FALSE(f.get(one));
  f.store->end_all(f.claire, two.row.id, reply<done>{[&](auto answer) { told = ok(answer); }});
  CHECK(f.get(two));
  CHECK_FALSE(f.get(three));
}

TEST_CASE("S6 a my-space session is read again once its household has a new key") {
  fixture f;
  const household_id dupont{new_uuid(2)};
  std::optional<session::fresh> made;
  const session::space what{organisation_id{new_uuid(3)}, dupont, std::nullopt, 7};
  f.store->open_space(what, "", "",
                      reply<session::fresh>{[&](outcome<session::fresh> opened) { made = *opened; }});
  REQUIRE(made);
  CHECK(made->row.key_version == 7);
  REQUIRE(f.get(*made));
  f.table.rows.clear(); // the loader finds no session of a former key
  CHECK(f.get(*made));
  f.store->forget_space(household_id{new_uuid(4)});
  CHECK(f.get(*made));
  f.store->forget_space(dupont);
  CHECK_FALSE(f.get(*made));
}

TEST_CASE("A6 an end that did not reach the database is not told as done") {
  fixture f;
  const auto one = f.open();
  REQUIRE(f.get(one));
  f.table.lost = true;
  bool told = true;
  f.store->end(one.row.id, one.row.token_hash, reply<done>{[&](auto answer) { told = ok(answer); }});
  CHECK_FALSE(told);
  CHECK(f.get(one));
}

TEST_CASE("sensitive changes ask for the password again after ten minutes") {
  fixture f;
  const auto made = f.open();
  const auto live = f.get(made);
  auto of = live->of;
  CHECK(session::password_is_fresh(of, f.clock.at + 9min, f.store->lifetimes()));
  CHECK_FALSE(session::password_is_fresh(of, f.clock.at + 10min, f.store->lifetimes()));
  f.clock.at += 11min;
  f.store->reauthenticated(live, reply<done>{[](auto answer) { CHECK(ok(answer)); }});
  CHECK(live->password_at.load() == f.clock.at);
  CHECK(f.table.rows.begin()->second.password_at == f.clock.at);
}

TEST_CASE("A6 a device is named as its owner knows it") {
  CHECK(session::device_of("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0") ==
        "Firefox, Linux");
  CHECK(session::device_of(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.0 Mobile/15E148 Safari/604.1") == "Safari, iPhone");
  CHECK(session::device_of("MyApp/1.2 (something)") == "MyApp/1.2");
  CHECK(session::device_of("") == "");
}
