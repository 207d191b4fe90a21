#include "bench/remote_run.hpp"

#include "bench/failure.hpp"
#include "bench/measure.hpp"
#include "bench/remote_accounts.hpp"
#include "bench/remote_campaign.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace foyer::bench {

namespace json = boost::json;

namespace {

// A storm of logins waits for the hashes, not for accounts; each costs a mail.
constexpr std::size_t accounts_there = 16;
constexpr std::size_t search_pages = 5;

// What only staff do, or only with what staff make for it.
bool needs_staff(scenario which) {
  return which == scenario::wallet || which == scenario::space || which == scenario::invitation ||
         which == scenario::search;
}

bool spends(scenario which) {
  return buys(which) || which == scenario::wallet;
}

// As it stands within quotes in JSON.
std::string within_quotes(const std::string& text) {
  const auto quoted = json::serialize(json::value(text));
  return quoted.substr(1, quoted.size() - 2);
}

std::string if_text(const json::object& in, const char* key) {
  const auto* found = in.if_contains(key);
  return found != nullptr && found->is_string() ? std::string{found->as_string()} : std::string{};
}

known_client known(const json::object& household) {
  known_client out;
  out.number = if_text(household, "number");
  out.who.email = if_text(household, "email");
  out.who.phone = if_text(household, "phone");
  if (const auto* members = household.if_contains("members");
      members != nullptr && members->is_array() && !members->as_array().empty()) {
    const auto& first = members->as_array().front().as_object();
    out.who.first_name = if_text(first, "first_name");
    out.who.last_name = if_text(first, "last_name");
  }
  return out;
}

} // namespace

remote_run::remote_run(const options& wanted, const std::atomic<bool>& stop, report& to)
    : wanted_{wanted}, stop_{stop}, to_{to}, api_{*parse_server_url(wanted.url), wanted.organisation},
      checks_{api_} {}

remote_run::~remote_run() {
  if (wanted_.keep_data) return;
  for (const auto& each : houses_) each->put_away(show_);
}

remote_house& remote_run::add_house() {
  return *houses_.emplace_back(std::make_unique<remote_house>(api_, staff_, wanted_.seed + houses_.size()));
}

void remote_run::prepare() {
  api_.greet();
  to_.with.foyer = api_.version();
  target_.server = api_.server();
  target_.organisation = wanted_.organisation;
  target_.shop = wanted_.shop;
  target_.offer = wanted_.offer;
  target_.household = wanted_.household;
  target_.currency = api_.currency();
  if (!wanted_.tokens.empty() && !api_.roles_of(wanted_.tokens[0]).empty()) staff_ = wanted_.tokens[0];
  if (staff_.empty() && needs_staff(wanted_.what))
    throw failure{std::string{name_of(wanted_.what)} +
                  " on another server needs a token of an administrator there; the first token is a buyer's"};
  show_.say("server " + wanted_.url + ", " + api_.version() + ", organisation " + wanted_.organisation +
            (staff_.empty() ? "" : ", with a token of staff"));
  switch (wanted_.what) {
  case scenario::search: type_clients(); break;
  case scenario::invitation: break; // each campaign has clients of its own
  case scenario::registration: target_.callers.emplace_back(); break;
  default: make_callers();
  }
  if (buys(wanted_.what) || wanted_.what == scenario::space) make_offer();
  if (wanted_.what == scenario::space) make_visitors();
  if (wanted_.what == scenario::login || wanted_.what == scenario::mixed) add_accounts();
  if (spends(wanted_.what)) watch();
}

void remote_run::make_callers() {
  if (wanted_.what == scenario::wallet) {
    for (const auto& token : wanted_.tokens) target_.callers.push_back({token, {}, {}});
    if (!target_.household.empty()) return;
    add_house().make_clients({1, true, false}, show_, stop_);
    target_.household = houses_.back()->clients()[0].household;
    return;
  }
  if (staff_.empty() && !wanted_.tokens.empty()) {
    for (const auto& token : wanted_.tokens) target_.callers.push_back({token, {}, {}});
    return;
  }
  // login with accounts alone: they read as well.
  if (staff_.empty()) return;
  auto& house = add_house();
  house.make_clients({wanted_.households, true, true}, show_, stop_);
  for (const auto& each : house.clients()) target_.callers.push_back(each.who);
}

void remote_run::make_offer() {
  if (!target_.offer.empty()) return;
  if (staff_.empty() || houses_.empty())
    throw failure{std::string{name_of(wanted_.what)} +
                  " with sessions of buyers needs --offer, the id of what they buy"};
  target_.offer = houses_.back()->make_offer(wanted_.shop);
}

// Each has a ticket to look at, and opens my space again and again by its key.
void remote_run::make_visitors() {
  for_each_of(
      target_.callers.size(),
      [&](std::size_t i) {
        api_.must({"POST", api_.base() + "/shops/" + wanted_.shop + "/orders", target_.callers[i].token,
                   order_body(target_.offer), houses_.back()->tag() + "-visitor-" + std::to_string(i), 201},
                  "buying the ticket of a visitor");
      },
      [&](std::size_t done) { show_.live("bought tickets for " + std::to_string(done) + " visitors"); },
      stop_);
}

void remote_run::add_accounts() {
  auto accounts = wanted_.accounts;
  if (accounts.empty()) {
    auto made = make_accounts(api_, accounts_there, show_, stop_);
    accounts = std::move(made.accounts);
    if (accounts.empty() && wanted_.what == scenario::login)
      throw failure{"no account to log in with, and none could be made: " + made.why_no_more +
                    "\nGive some with --accounts FILE, one `LOGIN PASSWORD` a line"};
    if (!made.why_no_more.empty())
      to_.notes.push_back("logins by " + std::to_string(accounts.size()) +
                          " accounts only: " + made.why_no_more);
  }
  target_.without_logins = accounts.empty();
  target_.without_space = houses_.empty();
  if (target_.without_space && wanted_.what == scenario::mixed)
    to_.notes.push_back("nobody opens my space in this evening: keys need a token of an administrator");
  if (accounts.empty()) return;
  // Readers without a session of their own use one of an account.
  if (target_.callers.empty()) {
    for (const auto& each : accounts) {
      const json::object body{{"login", each.login}, {"password", each.password}, {"mode", "token"}};
      target_.callers.push_back(
          {text_at(api_.must({"POST", "/api/v1/sessions", {}, json::serialize(body), {}, 201}, "logging in"),
                   "token"),
           {},
           {}});
    }
  }
  // Every account and every caller takes part, whichever are more.
  const auto callers = target_.callers;
  target_.callers.resize(std::max(callers.size(), accounts.size()));
  for (std::size_t i = 0; i < target_.callers.size(); ++i) {
    auto& each = target_.callers[i];
    each = callers[i % callers.size()];
    each.name = within_quotes(accounts[i % accounts.size()].login);
    each.password = within_quotes(accounts[i % accounts.size()].password);
  }
}

void remote_run::type_clients() {
  for (const auto& token : wanted_.tokens) target_.callers.push_back({token, {}, {}});
  std::vector<known_client> found;
  std::string cursor;
  for (std::size_t page = 0; page < search_pages; ++page) {
    const auto part =
        api_.must({"GET",
                   api_.staff("households?limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor)),
                   staff_,
                   {},
                   {}},
                  "reading clients to look for");
    for (const auto& each : part.at("items").as_array()) found.push_back(known(each.as_object()));
    cursor = if_text(part, "next_cursor");
    if (cursor.empty()) break;
  }
  if (found.empty()) throw failure{"the organisation has no clients to look for"};
  target_.searches = typed_searches(wanted_.seed, found);
}

void remote_run::watch() {
  std::vector<remote_checks::wallet_door> doors;
  if (wanted_.what == scenario::wallet) {
    doors.push_back({api_.staff("wallets/" + target_.household), staff_});
  } else if (!houses_.empty()) {
    for (const auto& each : houses_.back()->clients())
      doors.push_back({api_.staff("wallets/" + each.household), staff_});
  } else {
    for (const auto& token : wanted_.tokens) doors.push_back({api_.mine("wallet"), token});
    to_.notes.push_back(
        "the wallets and the offer may be used by others meanwhile: then the sums checked over "
        "HTTP differ");
  }
  checks_.watch_wallets(std::move(doors));
  if (!target_.offer.empty()) checks_.watch_offer(wanted_.shop, target_.offer, wanted_.offer.empty());
  show_.live("looking at the wallets");
  checks_.look_before(stop_);
}

void remote_run::measure() {
  watched processes{wanted_.server_pid, wanted_.postgresql_pid, {}};
  if (!wanted_.metrics_url.empty()) processes.metrics = parse_server_url(wanted_.metrics_url);
  for (std::size_t repeat = 0; repeat < wanted_.repeats && !stop_; ++repeat) {
    if (wanted_.what == scenario::invitation) {
      measure_campaign(repeat);
      continue;
    }
    if (wanted_.what == scenario::login)
      to_.quiet.push_back(bench::measure(quiet_plan_of(wanted_, target_), processes,
                                         numbered("readers alone", repeat, wanted_.repeats), show_, stop_));
    const auto plan = plan_of(wanted_, target_, repeat);
    if (repeat == 0) first_keys_ = plan.key_high;
    to_.server.push_back(bench::measure(
        plan, processes, numbered(name_of(wanted_.what), repeat, wanted_.repeats), show_, stop_));
    if (to_.server.back().load.gave_up) break;
  }
}

void remote_run::measure_campaign(std::size_t repeat) {
  auto& house = add_house();
  house.make_clients({wanted_.households, false, false}, show_, stop_);
  run_remote_campaign(api_, staff_, house.tag(), wanted_.households,
                      numbered("campaign", repeat, wanted_.repeats), to_, show_, stop_);
}

void remote_run::check() {
  to_.unchecked.push_back("hash chains, places and tickets in its database: run `foyer audit` there");
  if (wanted_.what == scenario::invitation) {
    to_.notes.push_back("mail.rate_per_second and mail.bulk_rate_per_second of that server limit its mails a "
                        "second; sent is what it says itself, no receiver was asked");
    return;
  }
  show_.live("checking over HTTP");
  if (buys(wanted_.what)) checks_.check_money("order", to_);
  if (wanted_.what == scenario::wallet) checks_.check_money("debit", to_);
  checks_.check_ledgers(to_);
  if (wanted_.what == scenario::registration && !to_.server.empty() &&
      to_.server[0].load.succeeded_in_all > 0)
    checks_.check_registrations(first_keys_, to_);
}

} // namespace foyer::bench
