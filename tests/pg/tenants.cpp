#include "storage/loaders/office.hpp"
#include "storage/migrations.hpp"
#include "storage/pg/blocking.hpp"
#include "tests/pg/house.hpp"

#include <set>

// Row-level security (storage/migrations/018_row_level_security.sql): what a connection that reads for one
// tenant is shown when a statement forgets to ask for that tenant's rows alone.

using namespace foyer;
using namespace foyer::tests;
using namespace foyer::tests::house_of;
using storage::pg::everywhere;
using storage::pg::read_pool;
using storage::pg::read_query;
using storage::pg::read_scope;
using storage::pg::statement;
using storage::pg::within;

namespace {

std::string with(std::string url, const std::string& key, const std::string& value) {
  const auto at = url.find(key + "=") + key.size() + 1;
  return url.replace(at, url.find(' ', at) - at, value);
}

/// The first column, a row a line; fails the test when the statement does.
std::string lines_of(PGconn* open, const std::string& text) {
  const auto answer = storage::query(open, text);
  INFO(text << (answer ? "" : answer.error().detail));
  REQUIRE(answer);
  std::string out;
  for (int row = 0; row < PQntuples(answer->get()); ++row)
    out += std::string{PQgetvalue(answer->get(), row, 0)} + '\n';
  return out;
}

std::vector<std::string> words_of(const std::string& lines) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < lines.size();) {
    const auto end = lines.find('\n', at);
    out.push_back(lines.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// Every table that names an organisation, except those of the search, which the role may not look at at all.
// Written apart from the migration's own list, so that one can't hide the other's gap.
constexpr const char* tables_sql = R"sql(
select c.table_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.column_name = 'organisation_id'
  and c.table_name not in ('household_search', 'search_words')
union select 'organisations' order by 1
)sql";

/// The tables whose rows are not kept apart, as the catalogue tells it.
std::string unguarded(PGconn* open) {
  return lines_of(open, std::string{"select x.table_name from ("} + tables_sql + R"sql() x
join pg_class c on c.oid = x.table_name::regclass
where not (c.relrowsecurity and c.relforcerowsecurity)
  or 2 <> (select count(*) from pg_policies p where p.tablename = x.table_name and p.permissive = 'PERMISSIVE' and p.cmd = 'ALL')
  or not exists (select from pg_policies p where p.tablename = x.table_name and p.policyname = 'tenant' and p.roles = '{public}'
    and p.qual = format('((%s = ( SELECT (NULLIF(current_setting(''foyer.organisation''::text, true), ''''::text))::uuid AS "nullif")) IS TRUE)',
      case x.table_name when 'organisations' then 'id' else 'organisation_id' end))
  or not exists (select from pg_policies p where p.tablename = x.table_name and p.policyname = 'platform'
    and p.roles = array[pg_get_userbyid(c.relowner)] and (p.qual = 'true'
      or p.qual = '(current_setting(''foyer.tenant_only''::text, true) IS DISTINCT FROM ''on''::text)'))
)sql");
}

// A row of an organisation in each table, of whatever values its columns take: tables of later migrations
// too.
constexpr const char* plant_sql = R"sql(
do $$
declare
  it record;
begin
  for it in
    select c.conname, c.conrelid::regclass as which from pg_constraint c join pg_class t on t.oid = c.conrelid
    where c.contype = 'c' and t.relnamespace = 'public'::regnamespace
  loop
    execute format('alter table %s drop constraint %I', it.which, it.conname);
  end loop;
  for it in
    select t.which::text as name, t.tenant, string_agg(quote_ident(a.attname), ', ') as columns,
      string_agg(case
        when a.attname = t.tenant then 'o'
        when a.atttypid = 'uuid'::regtype then 'gen_random_uuid()'
        when a.atttypid = 'text'::regtype then 'to_json(gen_random_uuid())::text'
        when a.atttypid in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype) then '1'
        when a.atttypid = 'boolean'::regtype then 'false'
        when a.atttypid = 'bytea'::regtype then 'convert_to(gen_random_uuid()::text, ''utf8'')'
        when a.atttypid = 'date'::regtype then 'current_date'
        when a.atttypid = 'timestamptz'::regtype then 'now()'
        when a.atttypid in ('json'::regtype, 'jsonb'::regtype) then '''{}'''
        when a.atttypid::regtype::text like '%[]' then '''{}'''
      end, ', ') as planted
    from tenant_tables() t join pg_attribute a on a.attrelid = t.which
    where a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      and (a.attname = t.tenant or a.attnotnull and not a.atthasdef)
    group by t.which, t.tenant
  loop
    execute format('insert into %s (%s) select %s from unnest(array[''$A'', ''$B'']::uuid[]) o', it.name, it.columns,
      it.planted);
  end loop;
end $$
)sql";

/// A database of its own, owned by one role, with a row of two organisations in every table.
class two_houses {
public:
  explicit two_houses(std::string name, const std::string& role = "foyer_server")
      : name_(std::move(name)), url_(with(with(database_url(), "dbname", name_), "user", role)) {
    session{administration_url()}.run("create database " + name_ + " owner " + role);
    const auto migrated = storage::migrate(url_);
    INFO((migrated ? "" : migrated.error().detail));
    REQUIRE(migrated);
    auto planted = std::string{plant_sql};
    planted.replace(planted.find("$A"), 2, to_string(a));
    planted.replace(planted.find("$B"), 2, to_string(b));
    const auto open = as_superuser();
    lines_of(open.get(), "set session_replication_role = replica");
    lines_of(open.get(), planted);
  }
  ~two_houses() { session{administration_url()}.run("drop database " + name_ + " with (force)"); }
  two_houses(const two_houses&) = delete;
  two_houses& operator=(const two_houses&) = delete;

  [[nodiscard]] storage::blocking_connection as_superuser() const {
    return std::move(*storage::connect_blocking(with(administration_url(), "dbname", name_)));
  }
  [[nodiscard]] storage::blocking_connection as_owner() const {
    return std::move(*storage::connect_blocking(url_));
  }
  [[nodiscard]] const std::string& url() const { return url_; }

  const organisation_id a = fresh_id<organisation_id>();
  const organisation_id b = fresh_id<organisation_id>();

private:
  std::string name_;
  std::string url_;
};

/// What whole tables look like through the read pool.
class onlooker {
public:
  onlooker(const std::string& url, std::vector<std::string> tables)
      : tables_(std::move(tables)), pool_(storage::pg::create_read_pool(context_.context, {}, url)) {
    if (!eventually([this] { return pool_->ready(); })) throw std::runtime_error("the pool does not connect");
    texts_.reserve(tables_.size());
    for (const auto& each : tables_) {
      const std::string column = each == "organisations" ? "id" : "organisation_id";
      // The WHERE was left out.
      texts_.push_back("select coalesce(string_agg(distinct " + column + "::text, ' '), '') from " + each);
      statements_.push_back({each.c_str(), texts_.back().c_str()});
    }
  }
  ~onlooker() { pool_->close(); }

  /// The tables in which this scope sees anything but `wanted`, the organisations' ids in order.
  [[nodiscard]] std::string wrong(read_scope scope, const std::string& wanted) {
    std::vector<read_query> asked;
    for (const auto& each : statements_) asked.push_back({&each, {}});
    const auto got =
        answer_of<read_pool::all_rows>([&](auto done) { pool_->run(std::move(asked), scope, done); });
    INFO((got ? "" : got.error().detail));
    REQUIRE(got);
    std::string out;
    for (std::size_t i = 0; i < tables_.size(); ++i)
      if (storage::pg::row_reader{(*got)[i], 0}.next<std::string>() != wanted) out += tables_[i] + ' ';
    return out;
  }

private:
  std::vector<std::string> tables_;
  std::vector<std::string> texts_;
  std::vector<statement> statements_;
  running_context context_;
  std::shared_ptr<read_pool> pool_;
};

void check_apart(const two_houses& of) {
  const auto tables = words_of(lines_of(of.as_superuser().get(), tables_sql));
  REQUIRE(tables.size() > 40);
  onlooker sees{of.url(), tables};
  CHECK(sees.wrong(within{of.a}, to_string(of.a)).empty());
  CHECK(sees.wrong(within{of.b}, to_string(of.b)).empty());
  CHECK(sees.wrong(within{fresh_id<organisation_id>()}, "").empty());
  const auto first = to_string(std::min(of.a, of.b));
  const auto second = to_string(std::max(of.a, of.b));
  CHECK(sees.wrong(everywhere{"the journal and the mailers see all"}, first + ' ' + second).empty());

  // The role of the pool's connections, in a transaction that names nobody.
  const auto reads = of.as_owner();
  lines_of(reads.get(), "select read_for_tenants()");
  for (const auto& each : tables) CHECK(lines_of(reads.get(), "select count(*) from " + each) == "0\n");
}

/// A pool in which somebody mixed up the organisations.
class mistaken final : public read_pool {
public:
  mistaken(read_pool& through, const organisation_id& always) : pool_(through), scope_(within{always}) {}
  void run(std::vector<read_query> queries, read_scope,
           std::function<void(outcome<all_rows>)> done) override {
    pool_.run(std::move(queries), scope_, std::move(done));
  }
  [[nodiscard]] bool ready() const noexcept override { return pool_.ready(); }
  [[nodiscard]] const storage::pg::read_stats& stats() const noexcept override { return pool_.stats(); }
  void after_this_turn(std::function<void()> then) override { pool_.after_this_turn(std::move(then)); }
  void close() override {}

private:
  read_pool& pool_;
  read_scope scope_;
};

} // namespace

TEST_CASE("tenants: every table of theirs is guarded, and the planner drops the owner's policy") {
  const auto open = std::move(*storage::connect_blocking(administration_url()));
  CHECK(unguarded(open.get()).empty());

  const auto owner = std::move(*storage::connect_blocking(database_url()));
  CHECK(lines_of(owner.get(), "select rolsuper or rolbypassrls from pg_roles where rolname = current_user") ==
        "f\n");
  for (const auto& each : words_of(lines_of(open.get(), tables_sql))) {
    const auto plan = lines_of(owner.get(), "explain (costs off) select * from " + each);
    INFO(plan);
    CHECK(plan.find("foyer.") == std::string::npos);
  }
}

TEST_CASE("tenants: without its guard a table is named") {
  const auto open = std::move(*storage::connect_blocking(database_url()));
  for (const auto* change :
       {"alter table skills disable row level security", "drop policy tenant on skills",
        "alter table skills no force row level security", "drop policy platform on skills",
        "alter policy tenant on skills using (true)", "create policy more on skills using (true)",
        "create table skills_too (organisation_id uuid)"}) {
    INFO(change);
    lines_of(open.get(), "begin");
    lines_of(open.get(), change);
    CHECK_FALSE(unguarded(open.get()).empty());
    lines_of(open.get(), "select guard_tenants()");
    if (std::string_view{change}.find("using (true)") == std::string_view::npos)
      CHECK(unguarded(open.get()).empty()); // the next start mends it
    lines_of(open.get(), "rollback");
  }
}

TEST_CASE("tenants: a statement that forgets its WHERE shows one organisation's rows, and without one none") {
  const two_houses houses{"two_houses"};
  check_apart(houses);

  SECTION("the clients' search is reached through its function alone") {
    const auto reads = houses.as_owner();
    lines_of(reads.get(), "select read_for_tenants()");
    for (const auto* hidden : {"household_search", "search_words", "idempotency", "schema_migrations"})
      CHECK_FALSE(storage::query(reads.get(), std::string{"select * from "} + hidden));
    CHECK_FALSE(storage::query(reads.get(), "select password_hash from accounts"));
    CHECK_FALSE(storage::query(reads.get(), "select guard_tenants()"));
    CHECK_FALSE(storage::query(reads.get(), "insert into skills select * from skills"));
  }
  SECTION("with the guard off the test fails") {
    const auto open = houses.as_superuser();
    const auto tables = words_of(lines_of(open.get(), tables_sql));
    lines_of(open.get(), "alter table wallets disable row level security");
    lines_of(open.get(), "drop policy tenant on orders; create policy tenant on orders using (true)");
    onlooker sees{houses.url(), tables};
    CHECK(sees.wrong(within{houses.a}, to_string(houses.a)) == "orders wallets ");
  }
}

TEST_CASE("tenants: a role that may make no other keeps them apart too, and so does one that may") {
  session admin{administration_url()};
  admin.run("create role plain_house login");
  admin.run("create role making_house login createrole");
  {
    const two_houses plain{"plain_house"};
    const two_houses own{"plain_own", "plain_house"};
    const two_houses one{"making_one", "making_house"};
    {
      // The second database of a role shares the first one's tenants' role, and outlives it.
      const two_houses other{"making_other", "making_house"};
      check_apart(other);
    }
    check_apart(own);
    check_apart(one);
    CHECK(lines_of(own.as_owner().get(), "select coalesce(tenant_role(), '')") == "\n");
    CHECK(lines_of(one.as_owner().get(), "select tenant_role()") == "making_house_tenant\n");

    // Given the role later, it is used from the next start on; taken away, nothing is read until then.
    admin.run("create role plain_house_tenant nologin");
    admin.run("grant plain_house_tenant to plain_house");
    REQUIRE(storage::migrate(own.url()));
    CHECK(lines_of(own.as_owner().get(), "select tenant_role()") == "plain_house_tenant\n");
    check_apart(own);
    admin.run("revoke plain_house_tenant from plain_house");
    CHECK_FALSE(storage::query(own.as_owner().get(), "select read_for_tenants()"));
    REQUIRE(storage::migrate(own.url()));
    check_apart(own);
  }
  for (const auto* role : {"plain_house_tenant", "plain_house", "making_house_tenant", "making_house"})
    CHECK(admin.run(std::string{"drop role "} + role).empty());
}

TEST_CASE("tenants: each list that reads in a wrong organisation shows nothing") {
  house here;
  const auto elsewhere = an_organisation(here.journal);
  const auto claire = here.a_household("claire", here.an_account());
  const auto bought = here.an_order(claire, claire.account, here.online);
  mistaken wrong{*here.from.pool, elsewhere};

  // How many each finds, through the right pool and through the wrong one.
  const auto counts = [&](read_pool& through) {
    std::vector<std::size_t> out;
    const auto orders = storage::create_order_loader(through);
    const auto clients = storage::create_household_list(through);
    const auto households = storage::create_household_loader(through);
    const auto wallets = storage::create_wallet_list(through);
    const auto candidates = storage::create_link_candidates(through);
    const auto records = storage::create_order_records(through);
    const auto files = storage::create_client_files(through);
    const auto merges = storage::create_merge_records(through);
    order::filter which;
    which.organisation = here.at;
    which.household = claire.id;
    out.push_back(
        answer_of<order::page>([&](auto done) { orders->list_orders(which, done); })->orders.size());
    out.push_back(answer_of<order::ticket_page>([&](auto done) {
                    orders->list_tickets(which, {}, done);
                  })->tickets.size());
    out.push_back(answer_of<std::vector<order::shown_benefit>>([&](auto done) {
                    orders->list_benefits(which, done);
                  })->size());
    out.push_back(
        answer_of<order::state>([&](auto done) { orders->load_order(here.at, bought.number, done); }).ok());
    out.push_back(answer_of<order::state>([&](auto done) { orders->load_order(bought.id, done); }).ok());
    household::filter every;
    every.organisation = here.at;
    out.push_back(answer_of<household::page>([&](auto done) {
                    clients->list_households(every, done);
                  })->households.size());
    every.text = "claire";
    out.push_back(answer_of<household::page>([&](auto done) {
                    clients->list_households(every, done);
                  })->households.size());
    using household::maybe_id;
    out.push_back(answer_of<maybe_id>([&](auto done) {
                    households->find_by_number(here.at, claire.number, done);
                  })->has_value());
    out.push_back(answer_of<maybe_id>([&](auto done) {
                    households->find_of_account(here.at, *claire.account, done);
                  })->has_value());
    out.push_back(answer_of<household::state>([&](auto done) {
                    households->load_household(claire.id, done);
                  })->members.size());
    wallet::list_filter all;
    all.organisation = here.at;
    out.push_back(
        answer_of<wallet::list_page>([&](auto done) { wallets->list_wallets(all, done); })->wallets.size());
    household::candidate_filter whom;
    whom.organisation = here.at;
    whom.to_link = fresh_id<household_id>();
    out.push_back(answer_of<household::candidate_page>([&](auto done) {
                    candidates->list_candidates(whom, done);
                  })->candidates.size());
    out.push_back(answer_of<std::map<offer_id, offer::kind>>([&](auto done) {
                    records->kinds_of(here.at, {here.offer}, done);
                  })->size());
    out.push_back(answer_of<household::participation>([&](auto done) {
                    files->list_participants(here.at, here.offer, done);
                  })->people.size());
    out.push_back(static_cast<std::size_t>(
        answer_of<merge::belongings>([&](auto done) { merges->count(here.at, claire.id, done); })->orders));
    return out;
  };
  const auto right_counts = counts(*here.from.pool), wrong_counts = counts(wrong);
  for (std::size_t list = 0; list < right_counts.size(); ++list) {
    CAPTURE(list);
    CHECK(right_counts[list] == 1);
    CHECK(wrong_counts[list] == 0);
  }
}
