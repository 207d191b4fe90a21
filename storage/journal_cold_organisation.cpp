#include "storage/journal_cold_rows.hpp"

namespace foyer::storage {
namespace {

using pg::none_if_empty;

constexpr pg::statement insert_organisation{"insert_organisation", R"sql(
insert into organisations (id, version, slug, name, currency, locale, settings, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
)sql"};

constexpr pg::statement update_organisation{"update_organisation", R"sql(
with changed as (
  update organisations set version = $2, slug = $3, name = $4, currency = $5, locale = $6, settings = $7,
    created_at = $8
  where id = $1 and version = $9 returning 1)
select guard('organisation', 1, (select count(*) from changed))
)sql"};

constexpr pg::statement insert_shop{"insert_shop", R"sql(
insert into shops (id, organisation_id, version, slug, name, kind, customer_space_open, payment_methods,
  created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
)sql"};

constexpr pg::statement update_shop{"update_shop", R"sql(
with changed as (
  update shops set version = $3, slug = $4, name = $5, kind = $6, customer_space_open = $7,
    payment_methods = $8,
    created_at = $9
  where id = $1 and organisation_id = $2 and version = $10 returning 1)
select guard('shop', 1, (select count(*) from changed))
)sql"};

// A12: refuses the change that would leave the organisation without an administrator who can log in.
constexpr pg::statement grant_role{"grant_role", "select set_role($1, $2, $3, $4)"};
constexpr pg::statement remove_role{"remove_role", "select set_role($1, $2, null, null)"};

constexpr pg::statement insert_offer{"insert_offer", R"sql(
with offer as (
  insert into offers (id, organisation_id, version, kind, event_id, details, shops, capacity, archived,
    created_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))
insert into offer_stock (offer_id, organisation_id, capacity, sold, held) values ($1, $2, $8, 0, 0)
)sql"};

// The stock's own check refuses a capacity below what is sold or held.
constexpr pg::statement update_offer{"update_offer", R"sql(
with offer as (
  update offers set version = $3, kind = $4, event_id = $5, details = $6, shops = $7, capacity = $8,
    archived = $9,
    created_at = $10
  where id = $1 and organisation_id = $2 and version = $11 returning 1),
stock as (update offer_stock set capacity = $8 where offer_id = $1 returning 1)
select guard('offer', 1, (select count(*) from offer)), guard('stock', 1, (select count(*) from stock))
)sql"};

constexpr pg::statement insert_staff_changes{
    "insert_staff_changes", "insert into staff_changes select * from unnest($1::staff_changes[])"};

} // namespace

const pg::statement& encode(pg::params& out, const organisation_row& row, const cold_context&) {
  out.add(row.id).add(row.version).add(row.slug).add(row.name).add(row.currency).add(row.locale);
  out.add(row.settings).add(row.created_at);
  if (row.expected_version == 0) return insert_organisation;
  out.add(row.expected_version);
  return update_organisation;
}

const pg::statement& encode(pg::params& out, const shop_row& row, const cold_context&) {
  out.add(row.id).add(row.organisation).add(row.version).add(row.slug).add(row.name);
  out.add(row.box_office ? "box_office" : "online").add(row.customer_space_open).add(row.payment_methods);
  out.add(row.created_at);
  if (row.expected_version == 0) return insert_shop;
  out.add(row.expected_version);
  return update_shop;
}

const pg::statement& encode(pg::params& out, const role_row& row, const cold_context&) {
  out.add(row.organisation).add(row.account);
  if (row.role.empty()) return remove_role;
  out.add(row.role).add(row.at);
  return grant_role;
}

const pg::statement& encode(pg::params& out, const offer_row& row, const cold_context&) {
  out.add(row.id).add(row.organisation).add(row.version).add(row.kind).add(row.event).add(row.details);
  out.add(row.shops).add(row.capacity).add(row.archived).add(row.created_at);
  if (row.expected_version == 0) return insert_offer;
  out.add(row.expected_version);
  return update_offer;
}

namespace {

void append(pg::record_array& to, const staff_change_row& row) {
  to.row(row.organisation, row.id, row.account, row.action, row.subject_kind, row.subject,
         none_if_empty(row.before), none_if_empty(row.after), row.at);
}

} // namespace

const pg::statement& encode(pg::params& out, const staff_change_row& row, const cold_context& with) {
  auto array = out.records(with.types.staff_changes, 1);
  append(array, row);
  return insert_staff_changes;
}

const pg::statement* encode_staff_changes(pg::params& out, std::span<const commit* const> commits,
                                          const composite_types& types) {
  std::vector<const staff_change_row*> rows;
  for (const auto* each : commits)
    for (const auto& row : each->cold)
      if (const auto* change = std::get_if<staff_change_row>(&row)) rows.push_back(change);
  if (rows.empty()) return nullptr;
  out.clear();
  auto array = out.records(types.staff_changes, rows.size());
  for (const auto* row : rows) append(array, *row);
  return &insert_staff_changes;
}

std::span<const pg::statement* const> organisation_statements() {
  static constexpr const pg::statement* all[] = {
      &insert_organisation, &update_organisation, &insert_shop,  &update_shop,         &grant_role,
      &remove_role,         &insert_offer,        &update_offer, &insert_staff_changes};
  return all;
}

} // namespace foyer::storage
