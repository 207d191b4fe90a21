#include "storage/ledger_checkpoint.hpp"

#include "actors/vocabulary/encode.hpp"
#include "storage/checkpoint_file.hpp"
#include "storage/pg/rows.hpp"

namespace foyer::storage {
namespace {

// Lookups of one statement; as many as the walk fetches at once.
constexpr std::size_t looked_up_at_once = 4'096;

constexpr const char* time_sql =
    R"sql(select to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))sql";

constexpr const char* open_heads_sql = R"sql(
declare heads binary cursor for
select household_id, entries_count, head from wallets where entries_count > 0 order by household_id
)sql";
constexpr const char* fetch_heads_sql = "fetch forward 4096 from heads";

// The hash of each wanted entry in the order in which they were asked for; null where there is none.
constexpr const char* entries_sql = R"sql(
select encode(e.hash, 'hex'), (select max(seq) from ledger_entries l where l.household_id = w.household_id and e.hash is null)
from unnest($1::uuid[], $2::bigint[]) with ordinality w (household_id, seq, position)
left join ledger_entries e using (household_id, seq) order by w.position
)sql";

/// Keeps the other thread's hand off the connection before it is closed.
class shown_connection {
public:
  shown_connection(const std::function<void(PGconn*)>& to, PGconn* open) : to_(to) { to_(open); }
  ~shown_connection() { to_(nullptr); }
  shown_connection(const shown_connection&) = delete;
  shown_connection& operator=(const shown_connection&) = delete;

private:
  const std::function<void(PGconn*)>& to_;
};

outcome<done> look_up(PGconn* open, const std::vector<signed_head>& wanted, const std::string& at,
                      std::vector<broken_entry>& broken) {
  std::string households = "{";
  std::string entries = "{";
  for (const auto& each : wanted) {
    households += (households.size() > 1 ? "," : "") + to_string(each.household);
    entries += (entries.size() > 1 ? "," : "") + std::to_string(each.entries);
  }
  const auto answer = query(open, entries_sql, {households + "}", entries + "}"});
  if (!answer) return answer.error();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto row = static_cast<int>(i);
    if (PQgetisnull(answer->get(), row, 0) != 0)
      broken.push_back(missing_tail(wanted[i], std::atoll(PQgetvalue(answer->get(), row, 1)), at));
    else if (PQgetvalue(answer->get(), row, 0) != in_hex(wanted[i].head))
      broken.push_back(replaced_entry(wanted[i], at));
  }
  return done{};
}

/// What the newest checkpoint has and the ledger has not.
outcome<std::vector<broken_entry>> lost_since_the_last(PGconn* open, const checkpoint_options& options,
                                                       const server_secret& secret) {
  std::vector<broken_entry> broken;
  const auto file = newest_checkpoint(options.folder);
  if (!file) return broken;
  auto last = checkpoint_reader::open(*file, secret);
  if (!last) return last.error();
  std::vector<signed_head> wanted;
  for (;;) {
    const auto next = last->next();
    if (next) wanted.push_back(*next);
    if (wanted.size() == looked_up_at_once || (!next && !wanted.empty())) {
      if (auto looked = look_up(open, wanted, last->at(), broken); !looked) return looked.error();
      wanted.clear();
    }
    if (!next) return broken;
  }
}

outcome<done> copy_heads(PGconn* open, checkpoint_writer& to, checkpoint_report& report) {
  if (auto opened = query(open, open_heads_sql); !opened) return opened.error();
  for (;;) {
    auto fetched = query(open, fetch_heads_sql);
    if (!fetched) return fetched.error();
    const pg::rows rows{fetched->release()};
    for (int row = 0; row < rows.size(); ++row) {
      signed_head head;
      pg::row_reader{rows, row}.into(head.household, head.entries, head.head);
      to.add(head);
      ++report.wallets;
      report.entries += head.entries;
    }
    if (rows.size() == 0) return done{};
  }
}

} // namespace

outcome<checkpoint_report> write_checkpoint(const checkpoint_options& options, const server_secret& secret) {
  auto open = connect_blocking(options.url);
  if (!open) return open.error();
  const shown_connection shown{options.connected, open->get()};
  if (auto begun = begin_snapshot(open->get()); !begun) return begun.error();
  checkpoint_report report;
  auto lost = lost_since_the_last(open->get(), options, secret);
  if (!lost) return lost.error();
  report.broken = std::move(*lost);
  if (!report.broken.empty()) return report;
  const auto at = query(open->get(), time_sql);
  if (!at) return at.error();
  auto made = create_checkpoint(options.folder, first_value(*at));
  if (!made) return made.error();
  if (auto copied = copy_heads(open->get(), **made, report); !copied) return copied.error();
  auto file = (*made)->finish(secret);
  if (!file) return file.error();
  report.file = std::move(*file);
  remove_old_checkpoints(options.folder, options.kept);
  return report;
}

} // namespace foyer::storage
