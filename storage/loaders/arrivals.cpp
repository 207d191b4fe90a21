#include "actors/session/arrivals.hpp"

#include "storage/loaders/gather.hpp"
#include "storage/loaders/household_rows.hpp"
#include "storage/loaders/loaders.hpp"
#include "storage/loaders/session_rows.hpp"
#include "storage/loaders/wallet_rows.hpp"

namespace foyer::storage {
namespace {

using arrival_ptr = std::shared_ptr<session::arrival>;

constexpr int owner_columns_count = 8;

// One row a member of each household of each session. Every step is a look-up by key for each row of the step
// before, in this order: limits and offsets keep it so whatever the planner thinks of the tables' sizes.
// Hardly anybody has more than one household; those beyond a few are read when somebody asks for them. A
// my-space session has one, which another account may own. It ends with the key that opened it (S6).
const std::string arrivals_text = std::string{"select s.token_hash, "} + session_columns + ", " +
                                  owner_columns + ", h.id is not null, " + household_columns + ", " +
                                  wallet_columns + ", m.id is not null, " + member_columns + R"sql(
from unnest($1::bytea[]) t(token_hash)
cross join lateral (select * from sessions where token_hash = t.token_hash limit 1) s
left join lateral (
  (select * from households where account_id = s.account_id limit 4)
  union all
  (select * from households where id = s.household_id limit 1)) h on true
left join lateral (
  select id, username, email, email_key, first_name, last_name, birth_date, locale
  from accounts where id = coalesce(s.account_id, h.account_id) limit 1) a on true
left join lateral (select * from wallets where household_id = h.id limit 1) w on true
left join lateral (select * from members where household_id = h.id order by position offset 0) m on true
where s.key_version is null or s.key_version = h.key_version
)sql";
const pg::statement arrivals_sql{"arrivals", arrivals_text.c_str()};

using arrivals = gather<sha256_hash, arrival_ptr, hash_of_token>;

// Rows of a session, and of a household in it, come one after the other.
arrivals::values arrivals_of(const all_rows& from) {
  arrivals::values out;
  sha256_hash last{};
  arrival_ptr now;
  for (int i = 0; i < from[0].size(); ++i) {
    pg::row_reader row{from[0], i};
    const auto hash = row.next<sha256_hash>();
    auto opened = read_session(row);
    if (!now || hash != last) {
      now = std::make_shared<session::arrival>();
      out.emplace(hash, now);
      last = hash;
    }
    if (opened.account)
      read_owner(row, opened);
    else
      row.skip(owner_columns_count);
    if (!now->session) now->session = std::move(opened);
    if (!row.next<bool>()) continue;
    auto who = read_household(row);
    auto purse = read_wallet(row, who.id);
    purse.organisation = who.organisation;
    purse.closed = who.merged_into.has_value();
    auto& clients = now->clients;
    if (clients.empty() || clients.back().who.id != who.id)
      clients.push_back({std::move(who), std::move(purse)});
    if (!row.next<bool>()) continue;
    household_id whose;
    auto member = read_member(row, whose);
    auto& known = clients.back().who; // two who ask at once may ask for the same session
    if (known.find_member(member.id) == nullptr) known.members.push_back(std::move(member));
  }
  return out;
}

class arrival_loader final : public session::arrival_loader {
public:
  explicit arrival_loader(read_pool_ptr from)
      : arrivals_(std::make_shared<arrivals>(
            std::move(from), std::vector{&arrivals_sql}, arrivals_of,
            [](const sha256_hash&) { return std::make_shared<session::arrival>(); })) {}

  void load_arrival(const sha256_hash& token_hash, std::function<void(outcome<arrival_ptr>)> done) override {
    arrivals_->find(token_hash, std::move(done));
  }

private:
  std::shared_ptr<arrivals> arrivals_;
};

} // namespace

std::unique_ptr<session::arrival_loader> create_arrival_loader(read_pool_ptr from) {
  return std::make_unique<arrival_loader>(std::move(from));
}

} // namespace foyer::storage
