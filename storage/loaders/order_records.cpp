#include "storage/loaders/orders.hpp"
#include "storage/loaders/query.hpp"

#include <map>

namespace foyer::storage {
namespace {

using order::period;
using order::statement;
using order::takings;

// Local days as moments: $2 and $3 are the first and the last one, $4 the time zone.
#define FOYER_FROM                                                                                           \
  "(coalesce($2::date, (now() at time zone $4::text)::date)::timestamp at time zone $4::text)"
#define FOYER_UNTIL                                                                                          \
  "((coalesce($3::date, (now() at time zone $4::text)::date) + 1)::timestamp at time zone $4::text)"

constexpr pg::statement days_of_period{
    "days_of_period",
    "select coalesce($2::date, (now() at time zone $4::text)::date), "
    "coalesce($3::date, (now() at time zone $4::text)::date) from organisations where id = $1"};

constexpr pg::statement received_of_period{
    "received_of_period",
    "with p as (select method, taken_by, sum(amount)::bigint as total, count(*) as number from payments "
    "where organisation_id = $1 and status in (3, 5) and at >= " FOYER_FROM " and at < " FOYER_UNTIL
    " group by method, taken_by) "
    "select p.method, p.taken_by, a.first_name || ' ' || a.last_name, p.total, p.number "
    "from p left join accounts a on a.id = p.taken_by"};

// What a credit note returned; and what was received for an order that was cancelled before it was paid in
// full, which went to the wallet without one.
constexpr pg::statement returned_of_period{
    "returned_of_period",
    "with r as ("
    "select r.method, n.by_account, r.amount from credit_notes n join refunds r on r.credit_note_id = n.id "
    "where n.organisation_id = $1 and n.at >= " FOYER_FROM " and n.at < " FOYER_UNTIL " union all "
    "select 1, e.by_account, e.amount from ledger_entries e where e.organisation_id = $1 and e.kind = 3 "
    "and e.order_id is not null and e.at >= " FOYER_FROM " and e.at < " FOYER_UNTIL
    " and not exists (select from refunds f where f.order_id = e.order_id)), "
    "s as (select method, by_account, sum(amount)::bigint as total, count(*) as number from r "
    "group by method, by_account) "
    "select s.method, s.by_account, a.first_name || ' ' || a.last_name, s.total, s.number "
    "from s left join accounts a on a.id = s.by_account"};

constexpr pg::statement entered_of_period{
    "entered_of_period",
    "with e as (select kind, by_account, sum(amount)::bigint as total, count(*) as number from "
    "ledger_entries "
    "where organisation_id = $1 and by_kind = 2 and order_id is null and kind in (1, 3, 4) "
    "and at >= " FOYER_FROM " and at < " FOYER_UNTIL " group by kind, by_account) "
    "select e.kind, e.by_account, a.first_name || ' ' || a.last_name, e.total, e.number "
    "from e left join accounts a on a.id = e.by_account order by e.kind, e.by_account"};

constexpr pg::statement statement_sums{
    "statement_sums",
    "select coalesce(sum(amount) filter (where at < " FOYER_FROM "), 0)::bigint, "
    "coalesce(sum(amount) filter (where at < " FOYER_UNTIL "), 0)::bigint from ledger_entries "
    "where organisation_id = $1 and household_id = $5"};

constexpr pg::statement statement_entries{
    "statement_entries",
    "select id, seq, kind, amount, balance_after, held_after, counter_account, order_id, order_number, "
    "reason, "
    "by_kind, by_account, at, hash from ledger_entries where organisation_id = $1 and household_id = $5 "
    "and at >= " FOYER_FROM " and at < " FOYER_UNTIL " order by seq limit $6::bigint"};
#undef FOYER_FROM
#undef FOYER_UNTIL

constexpr pg::statement order_of_credit_note{
    "order_of_credit_note", "select order_id from credit_notes where organisation_id = $1 and id = $2"};
constexpr pg::statement kinds_of_offers{
    "kinds_of_offers", "select id, kind from offers where organisation_id = $1 and id = any($2::uuid[])"};

template <class... More>
pg::read_query in_period(const pg::statement& what, const period& of, const More&... more) {
  return query(what, of.organisation, of.from, of.to, of.time_zone, more...);
}

struct sum_row {
  int what = 0;
  std::optional<account_id> by;
  std::string name;
  amount total = 0;
  std::int64_t count = 0;

  [[nodiscard]] std::optional<order::seller> seller() const {
    if (!by) return std::nullopt;
    return order::seller{*by, name};
  }
};

std::vector<sum_row> sums_of(const pg::rows& from) {
  std::vector<sum_row> out;
  for (int row = 0; row < from.size(); ++row) {
    auto& one = out.emplace_back();
    std::int32_t what = 0;
    pg::row_reader{from, row}.into(what, one.by, one.name, one.total, one.count);
    one.what = what;
  }
  return out;
}

outcome<takings> takings_of(const all_rows& got) {
  if (got[0].size() == 0) return errc::not_found;
  takings out;
  pg::row_reader{got[0], 0}.into(out.from, out.to);
  std::map<std::pair<int, std::optional<account_id>>, order::taking> lines;
  const auto line_of = [&](const sum_row& of) -> order::taking& {
    auto& line = lines[{of.what, of.by}];
    line.method = static_cast<order::payment_method>(of.what);
    line.by = of.seller();
    return line;
  };
  for (const auto& each : sums_of(got[1])) {
    auto& line = line_of(each);
    line.received = each.total;
    line.payments = each.count;
  }
  for (const auto& each : sums_of(got[2])) {
    auto& line = line_of(each);
    line.refunded = each.total;
    line.refunds = each.count;
  }
  for (auto& [key, line] : lines) out.lines.push_back(std::move(line));
  for (const auto& each : sums_of(got[3]))
    out.wallet_entries.push_back(
        {static_cast<wallet::entry_kind>(each.what), each.seller(), each.total, each.count});
  return out;
}

wallet::entry entry_of(const pg::rows& from, int row) {
  wallet::entry out;
  std::int32_t kind = 0;
  std::int32_t by = 0;
  pg::row_reader{from, row}.into(out.id, out.seq, kind, out.change, out.balance_after, out.held_after,
                                 out.counter_account, out.order, out.order_number, out.reason, by,
                                 out.by.account, out.by.at, out.hash);
  out.kind = static_cast<wallet::entry_kind>(kind);
  out.by.kind = static_cast<wallet::actor_kind>(by);
  return out;
}

outcome<statement> statement_of(const all_rows& got) {
  if (got[0].size() == 0) return errc::not_found;
  statement out;
  pg::row_reader{got[0], 0}.into(out.from, out.to);
  pg::row_reader{got[1], 0}.into(out.opening, out.closing);
  if (got[2].size() > order::statement_entries_max) {
    refusal why{errc::invalid};
    why.fields.push_back({"?from", "out_of_range"});
    return why;
  }
  auto sum = out.opening;
  for (int row = 0; row < got[2].size(); ++row) {
    out.entries.push_back(entry_of(got[2], row));
    sum += out.entries.back().change;
  }
  // All three queries see the same moment.
  if (sum != out.closing) return refusal{errc::internal, "The statement's entries are not its sums."};
  return out;
}

class order_records final : public order::records {
public:
  explicit order_records(pg::read_pool& from) : from_(from) {}

  void read_takings(const period& of, told<takings> done) override {
    read<takings>(from_, within{of.organisation},
                  queries(in_period(days_of_period, of), in_period(received_of_period, of),
                          in_period(returned_of_period, of), in_period(entered_of_period, of)),
                  std::move(done), takings_of);
  }

  void read_statement(const period& of, const household_id& whose, told<statement> done) override {
    const auto limit = std::int64_t{order::statement_entries_max} + 1;
    read<statement>(from_, within{of.organisation},
                    queries(in_period(days_of_period, of), in_period(statement_sums, of, whose),
                            in_period(statement_entries, of, whose, limit)),
                    std::move(done), statement_of);
  }

  void find_credit_note(const organisation_id& of, const uuid& note, told<order_id> done) override {
    read<order_id>(from_, within{of}, queries(query(order_of_credit_note, of, note)), std::move(done),
                   [](const all_rows& got) -> outcome<order_id> {
                     if (got[0].size() == 0) return errc::not_found;
                     return pg::row_reader{got[0], 0}.next<order_id>();
                   });
  }

  void kinds_of(const organisation_id& of, std::vector<offer_id> offers,
                told<std::map<offer_id, offer::kind>> done) override {
    using kinds = std::map<offer_id, offer::kind>;
    read<kinds>(from_, within{of}, queries(query(kinds_of_offers, of, offers)), std::move(done),
                [](const all_rows& got) -> outcome<kinds> {
                  kinds out;
                  for (int row = 0; row < got[0].size(); ++row) {
                    offer_id id;
                    std::string kind;
                    pg::row_reader{got[0], row}.into(id, kind);
                    if (const auto known = offer::parse_kind(kind)) out.emplace(id, *known);
                  }
                  return out;
                });
  }

private:
  pg::read_pool& from_;
};

} // namespace

std::unique_ptr<order::records> create_order_records(pg::read_pool& from) {
  return std::make_unique<order_records>(from);
}

} // namespace foyer::storage
