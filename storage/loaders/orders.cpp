#include "storage/loaders/orders.hpp"

#include "storage/loaders/order_rows.hpp"

namespace foyer::storage {
namespace {

using order::filter;
using order::page;
using order::state;

constexpr pg::statement order_by_number{"order_by_number",
                                        "select id from orders where organisation_id = $1 and number = $2"};

// What a filter lets through (S5): $1 organisation, $2 household, $3 only of this account, $4 box-office
// orders from then on, $5 a guest's online orders of this address. One statement with a household and one
// without, since a generic plan can't choose between their indexes.
#define FOYER_VISIBLE                                                                                        \
  "o.organisation_id = $1 and o.household_id = $2 and ($3::uuid is null or o.account_id = $3 "               \
  "or ($4::timestamptz is not null and o.created_at >= $4 "                                                  \
  "and exists (select from shops s where s.id = o.shop_id and s.kind = 'box_office')) "                      \
  "or ($5::text is not null and o.account_id is null and lower(o.buyer_email) = lower($5) "                  \
  "and exists (select from shops s where s.id = o.shop_id and s.kind = 'online')))"

constexpr pg::statement orders_of_household{
    "orders_of_household", "select o.id from orders o where " FOYER_VISIBLE
                           " and ($6::uuid is null or o.id < $6) order by o.id desc limit $7::bigint"};
// Found by the small index of the orders that await payment (016), so that a household's past costs nothing.
constexpr pg::statement unpaid_places_of_household{
    "unpaid_places_of_household",
    "select coalesce(sum(l.quantity), 0)::bigint from orders o join order_lines l on l.order_id = o.id "
    "where o.organisation_id = $1 and o.household_id = $2 and o.status = 1 and o.kind = 1 "
    "and o.by_guest = $3 and not l.cancelled"};
constexpr pg::statement orders_of_organisation{
    "orders_of_organisation",
    "select o.id from orders o where o.organisation_id = $1 and ($2::uuid is null or o.id < $2) "
    "order by o.id desc limit $3::bigint"};
constexpr pg::statement tickets_of_household{
    "tickets_of_household",
    "select o.id, o.number, l.title, " FOYER_TICKET_COLUMNS
    " from orders o join tickets t on t.order_id = o.id "
    "join order_lines l on l.order_id = t.order_id and l.position = t.line_position "
    "left join offers f on f.id = t.offer_id where " FOYER_VISIBLE
    " and ($6::uuid is null or o.id < $6 or (o.id = $6 and t.position > $7::integer)) "
    "order by o.id desc, t.position limit $8::bigint"};
constexpr pg::statement ticket_of_household{
    "ticket_of_household", "select o.id, o.number, l.title, " FOYER_TICKET_COLUMNS
                           " from orders o join tickets t on t.order_id = o.id "
                           "join order_lines l on l.order_id = t.order_id and l.position = t.line_position "
                           "left join offers f on f.id = t.offer_id where " FOYER_VISIBLE " and t.id = $6"};
// Found by age (013): an index by id would cost every ticket of a rush.
constexpr pg::statement ticket_at_the_door{
    "ticket_at_the_door",
    "select t.order_id, o.number, l.title, t.household_id, coalesce(f.kind = 'course', false), d.day, a.at, "
    "" FOYER_TICKET_COLUMNS " from tickets t join orders o on o.id = t.order_id "
    "join order_lines l on l.order_id = t.order_id and l.position = t.line_position "
    "left join offers f on f.id = t.offer_id "
    "cross join lateral (select ($3::timestamptz at time zone $4)::date as day) d "
    "left join attendances a on a.order_id = t.order_id and a.position = t.position and a.day = d.day "
    "and a.present where t.organisation_id = $1 and t.id = $2"};
constexpr pg::statement benefits_of_household{
    "benefits_of_household",
    "select o.id, o.number, l.title, " FOYER_BENEFIT_COLUMNS
    " from orders o join benefits b on b.order_id = o.id "
    "join order_lines l on l.order_id = b.order_id and l.position = b.line_position where " FOYER_VISIBLE
    " order by o.id desc, b.line_position, b.id limit $6::bigint"};
#undef FOYER_VISIBLE

/// More passes and vouchers than any real household has.
constexpr std::int64_t benefits_max = 1'000;

template <class... Values>
pg::read_query visible(const pg::statement& what, const filter& which, const Values&... more) {
  return query(what, which.organisation, which.household, which.only_of_account, which.box_office_since,
               which.claimed_email, more...);
}

order::shown_ticket shown_ticket_of(const pg::rows& from, int index) {
  order::shown_ticket out;
  pg::row_reader row{from, index};
  row.into(out.order, out.order_number, out.title);
  out.of = read_ticket(row);
  return out;
}

order::shown_benefit shown_benefit_of(const pg::rows& from, int index) {
  order::shown_benefit out;
  pg::row_reader row{from, index};
  row.into(out.order, out.order_number, out.title);
  out.of = read_benefit(row);
  return out;
}

class orders final : public order::loader {
public:
  explicit orders(pg::read_pool& from) : from_(from) {}

  void load_order(const order_id& which, told<state> done) override {
    load_whole(from_, everywhere{"an order is asked for by its id alone"}, which, std::move(done));
  }

  void load_order(const organisation_id& of, std::string number, told<state> done) override {
    auto& pool = from_;
    pool.run(queries(query(order_by_number, of, number)), within{of},
             [&pool, of, done = std::move(done)](outcome<pg::read_pool::all_rows> got) {
               if (!got) return done(std::move(got.error()));
               if ((*got)[0].size() == 0) return done(errc::not_found);
               load_whole(pool, within{of}, pg::row_reader{(*got)[0], 0}.next<order_id>(), done);
             });
  }

  void count_unpaid_places(const organisation_id& at, const household_id& of, bool by_guests,
                           told<std::int64_t> done) override {
    read<std::int64_t>(from_, within{at}, queries(query(unpaid_places_of_household, at, of, by_guests)),
                       std::move(done), [](const pg::read_pool::all_rows& got) -> outcome<std::int64_t> {
                         return pg::row_reader{got[0], 0}.next<std::int64_t>();
                       });
  }

  void list_orders(const filter& which, told<page> done) override {
    const auto limit = static_cast<std::int64_t>(which.limit);
    const within scope{which.organisation};
    auto asked = which.household ? visible(orders_of_household, which, which.before, limit + 1)
                                 : query(orders_of_organisation, which.organisation, which.before, limit + 1);
    auto& pool = from_;
    pool.run(queries(std::move(asked)), scope,
             [&pool, scope, limit, done = std::move(done)](outcome<pg::read_pool::all_rows> got) {
               if (!got) return done(std::move(got.error()));
               std::vector<order_id> ids;
               for (int row = 0; row < (*got)[0].size(); ++row)
                 ids.push_back(pg::row_reader{(*got)[0], row}.next<order_id>());
               const bool more = static_cast<std::int64_t>(ids.size()) > limit;
               if (more) ids.pop_back();
               if (ids.empty()) return done(page{});
               read<page>(pool, scope, whole_orders(ids), done,
                          [more](const pg::read_pool::all_rows& rows) -> outcome<page> {
                            return page{orders_of(rows), more};
                          });
             });
  }

  void list_tickets(const filter& which, std::optional<order::ticket_place> after,
                    told<order::ticket_page> done) override {
    const auto limit = which.limit;
    const auto wanted = static_cast<std::int64_t>(limit) + 1;
    const auto order = after ? std::optional{after->order} : std::nullopt;
    const auto position = static_cast<std::int32_t>(after ? after->position : 0);
    read<order::ticket_page>(from_, within{which.organisation},
                             queries(visible(tickets_of_household, which, order, position, wanted)),
                             std::move(done),
                             [limit](const pg::read_pool::all_rows& got) -> outcome<order::ticket_page> {
                               order::ticket_page out;
                               out.more = got[0].size() > limit;
                               for (int row = 0; row < std::min(got[0].size(), limit); ++row)
                                 out.tickets.push_back(shown_ticket_of(got[0], row));
                               return out;
                             });
  }

  void load_ticket(const filter& which, const ticket_id& ticket, told<order::shown_ticket> done) override {
    read<order::shown_ticket>(from_, within{which.organisation},
                              queries(visible(ticket_of_household, which, ticket)), std::move(done),
                              [](const pg::read_pool::all_rows& got) -> outcome<order::shown_ticket> {
                                if (got[0].size() == 0) return errc::not_found;
                                return shown_ticket_of(got[0], 0);
                              });
  }

  void scan_ticket(const organisation_id& at, const ticket_id& ticket, time_point when, std::string time_zone,
                   told<order::scanned_ticket> done) override {
    read<order::scanned_ticket>(
        from_, within{at}, queries(query(ticket_at_the_door, at, ticket, when, time_zone)), std::move(done),
        [](const pg::read_pool::all_rows& got) -> outcome<order::scanned_ticket> {
          if (got[0].size() == 0) return errc::not_found;
          order::scanned_ticket out;
          pg::row_reader row{got[0], 0};
          row.into(out.order, out.order_number, out.title, out.household, out.on_several_days, out.day,
                   out.present_at);
          out.of = read_ticket(row);
          return out;
        });
  }

  void list_benefits(const filter& which, told<std::vector<order::shown_benefit>> done) override {
    using all = std::vector<order::shown_benefit>;
    read<all>(from_, within{which.organisation}, queries(visible(benefits_of_household, which, benefits_max)),
              std::move(done), [](const pg::read_pool::all_rows& got) -> outcome<all> {
                all out;
                for (int row = 0; row < got[0].size(); ++row) out.push_back(shown_benefit_of(got[0], row));
                return out;
              });
  }

private:
  static void load_whole(pg::read_pool& from, pg::read_scope scope, const order_id& which, told<state> done) {
    read<state>(from, scope, whole_orders({which}), std::move(done),
                [](const pg::read_pool::all_rows& got) -> outcome<state> {
                  auto found = orders_of(got);
                  if (found.empty()) return errc::not_found;
                  return std::move(found.front());
                });
  }

  pg::read_pool& from_;
};

} // namespace

std::unique_ptr<order::loader> create_order_loader(pg::read_pool& from) {
  return std::make_unique<orders>(from);
}

} // namespace foyer::storage
