#include "bench/scenario.hpp"

#include "bench/seed.hpp"
#include "bench/typing.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace foyer::bench {

namespace {

// The most that an offer may have, and more than a run of a quarter of an hour sells.
constexpr std::string_view capacity = "10000000";

// Those who read while others log in (B4): few enough that they wait for nothing but the storm.
constexpr double readers_rate = 200;
constexpr std::size_t readers_connections = 8;

// At which the rush is at its best (B1).
constexpr std::size_t peak_connections = 64;

using shapes = std::vector<request_shape>;

shapes several(request_shape of, std::size_t times) {
  return shapes(times, std::move(of));
}

// The requests of the scenarios, each under its kind.
class catalogue {
public:
  explicit catalogue(const target& where)
      : where_{where}, host_{where.server.host_header}, public_{"/api/v1/orgs/" + where.organisation},
        mine_{"/api/v1/me/orgs/" + where.organisation} {}

  request_shape order() const {
    const auto path = public_ + "/shops/" + where_.shop + "/orders";
    return request_shape::make("POST", path, host_, order_body(where_.offer), true).of_kind("order");
  }
  // A cent less on the one wallet, booked by staff: the smallest command that moves money.
  request_shape debit() const {
    const auto path = public_ + "/staff/wallets/" + where_.household + "/entries";
    return request_shape::make("POST", path, host_,
                               R"({"kind":"adjustment","amount":{"amount":-1,"currency":")" +
                                   where_.currency + R"("},"reason":"bench"})",
                               true)
        .of_kind("debit");
  }
  request_shape read(const std::string& path, std::string_view kind) const {
    return request_shape::make("GET", path, host_, {}, false).of_kind(kind);
  }
  request_shape mine(const std::string& what) const { return read(mine_ + "/" + what, what); }
  request_shape offers() const { return read(public_ + "/shops/" + where_.shop + "/offers", "offers"); }
  // As many as are shown while somebody types.
  request_shape search(const typed_search& what) const {
    return read(public_ + "/staff/households?limit=20&q=" + url_encoded(what.text), what.kind);
  }
  request_shape login() const {
    return request_shape::make_anonymous("POST", "/api/v1/sessions", host_,
                                         R"({"login":"<name>","password":"<password>","mode":"token"})")
        .of_kind("login");
  }
  request_shape registration() const {
    const auto body = R"({"email":"r<unique>@bench.example","password":")" + std::string{seeded_password} +
                      R"(","first_name":"Camille","last_name":"Banc","birth_date":"1980-05-17","org":")" +
                      where_.organisation + R"("})";
    return request_shape::make_anonymous("POST", "/api/v1/accounts", host_, body).of_kind("registration");
  }
  request_shape space() const {
    return request_shape::make_anonymous("POST", public_ + "/space-sessions", host_,
                                         R"({"key":"<key>","mode":"token"})")
        .of_kind("open my space");
  }

private:
  const target& where_;
  std::string host_;
  std::string public_;
  std::string mine_;
};

shapes all_of(std::initializer_list<shapes> parts) {
  shapes out;
  for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

// mt19937_64 is the same everywhere, std::shuffle is not; so the few lines of Fisher and Yates stand here.
template <class Item>
void mix(std::vector<Item>& items, std::mt19937_64& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random() % i]);
}

// What a scenario sends, each shape as often as its share of the whole.
shapes shapes_of(const options& wanted, const target& where, std::mt19937_64& random) {
  const catalogue with{where};
  shapes out;
  switch (wanted.what) {
  case scenario::rush:
  case scenario::overload:
  case scenario::scale: return {with.order()};
  case scenario::wallet: return {with.debit()};
  case scenario::memory:
    return {with.mine("wallet"), with.mine("household"), with.read("/api/v1/me", "account")};
  case scenario::search:
    for (const auto& each :
         where.searches.empty() ? typed_searches(wanted.seed, wanted.households) : where.searches)
      out.push_back(with.search(each));
    break;
  case scenario::start: return {};
  case scenario::login: return {with.login()};
  case scenario::registration: return {with.registration()};
  case scenario::invitation: return {}; // bench/campaign_run.hpp
  case scenario::read:
    for (const auto& each : read_targets(where)) out.push_back(with.read(each, "read"));
    return out;
  case scenario::space:
    out = all_of({several(with.space(), 1), several(with.mine("tickets"), 4), several(with.mine("wallet"), 3),
                  several(with.mine("orders"), 2)});
    break;
  case scenario::mixed:
    // Of 40 requests of an evening with a sale: mostly looking, one in seven buys, who isn't signed in
    // stays rare beside those who are.
    out = all_of({several(with.offers(), 13), several(with.mine("wallet"), 8),
                  several(with.mine("household"), 6), several(with.order(), 6),
                  several(with.mine("tickets"), 3), several(with.mine("orders"), 1),
                  several(with.space(), where.without_space ? 0 : 1),
                  several(with.login(), where.without_logins ? 0 : 1), several(with.registration(), 1)});
    break;
  }
  mix(out, random);
  return out;
}

// So few of them that each has read everything once before the measured time: else the first run, which is
// the one without a storm, would measure how long loading takes.
load_stream readers(const options& wanted, const target& where) {
  load_stream out;
  out.name = "readers";
  for (const auto& each : read_targets(where))
    out.shapes.push_back(
        request_shape::make("GET", each, where.server.host_header, {}, false).of_kind("read"));
  const auto warmed = readers_rate * std::chrono::duration<double>(wanted.warm_up).count() / 2;
  const auto most = static_cast<std::size_t>(warmed / static_cast<double>(out.shapes.size()));
  out.callers = where.callers;
  out.callers.resize(std::clamp<std::size_t>(most, 1, out.callers.size()));
  out.connections = readers_connections;
  out.rate = readers_rate;
  return out;
}

load_plan plan_to(const options& wanted, const target& where) {
  load_plan plan;
  plan.host = where.server.host;
  plan.port = where.server.port;
  plan.warm_up = wanted.warm_up;
  plan.duration = wanted.duration;
  // Microseconds of the clock: a later call of the program on the same server must not repeat keys.
  plan.key_high = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                                 std::chrono::system_clock::now().time_since_epoch())
                                                 .count());
  return plan;
}

} // namespace

std::vector<std::string> read_targets(const target& where) {
  const auto mine = "/api/v1/me/orgs/" + where.organisation;
  return {mine + "/wallet", mine + "/household"};
}

load_plan plan_of(const options& wanted, const target& where, std::size_t repeat) {
  auto plan = plan_to(wanted, where);
  std::mt19937_64 random{wanted.seed + repeat};
  load_stream stream;
  stream.name = name_of(wanted.what);
  stream.connections = wanted.connections;
  stream.rate = wanted.rate;
  stream.callers = where.callers;
  mix(stream.callers, random);
  stream.shapes = shapes_of(wanted, where, random);
  plan.streams.push_back(std::move(stream));
  if (wanted.what == scenario::login) {
    plan.streams.push_back(readers(wanted, where));
    plan.streams.back().background = true;
  }
  return plan;
}

load_plan visit_plan_of(const options& wanted, const target& where, std::size_t repeat) {
  auto plan = plan_of(wanted, where, repeat);
  plan.streams[0].name = "visit";
  plan.streams[0].shapes = {catalogue{where}.read("/api/v1/me", "account")};
  return plan;
}

load_plan peak_plan_of(const options& wanted, const target& where, std::size_t repeat) {
  auto peak = wanted;
  peak.connections = peak_connections;
  peak.rate = 0;
  auto plan = plan_of(peak, where, repeat);
  plan.streams[0].name = "peak";
  return plan;
}

load_plan crowd_plan_of(const options& wanted, const target& where, std::size_t repeat, double rate) {
  auto crowd = wanted;
  crowd.rate = rate;
  return plan_of(crowd, where, repeat);
}

load_plan quiet_plan_of(const options& wanted, const target& where) {
  auto plan = plan_to(wanted, where);
  plan.streams.push_back(readers(wanted, where));
  return plan;
}

bool buys(scenario which) {
  switch (which) {
  case scenario::rush:
  case scenario::mixed:
  case scenario::overload:
  case scenario::scale: return true;
  default: return false;
  }
}

std::string offer_body(const std::string& currency, const std::string& shop) {
  return R"({"kind":"ticket","title":{"fr":"Soirée d'ouverture","en":"Opening night"},"price":{"amount":)" +
         std::to_string(offer_price) + R"(,"currency":")" + currency + R"("},"shops":[")" + shop +
         R"("],"capacity":)" + std::string{capacity} + "}";
}

std::string order_body(const std::string& offer) {
  return R"({"lines":[{"offer_id":")" + offer + R"(","quantity":1}],"payments":[{"method":"wallet"}]})";
}

} // namespace foyer::bench
