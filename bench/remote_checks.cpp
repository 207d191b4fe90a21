#include "bench/remote_checks.hpp"

#include "bench/checks.hpp"
#include "bench/failure.hpp"
#include "bench/figure_text.hpp"
#include "bench/remote_accounts.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <set>

namespace foyer::bench {

namespace json = boost::json;

namespace {

// Of so many wallets all entries are read, newest first, as far as so many pages reach.
constexpr std::size_t ledgers_looked_at = 10;
constexpr std::size_t pages_max = 25;
constexpr std::size_t confirmed_afterwards = 3;

std::string in_words(std::uint64_t count, const char* what) {
  return grouped(static_cast<double>(count), ",") + " " + what;
}

// The entry's own arithmetic: what it left is what the one before left, and its amount. Holds move no
// balance.
bool follows(const json::object& entry, const json::object& before) {
  const auto kind = text_at(entry, "kind");
  const auto moved = kind == "hold" || kind == "release" ? 0 : amount_at(entry, "amount");
  return number_at(entry, "seq") == number_at(before, "seq") + 1 &&
         amount_at(entry, "balance_after") == amount_at(before, "balance_after") + moved;
}

} // namespace

void remote_checks::watch_wallets(std::vector<wallet_door> doors) {
  doors_ = std::move(doors);
}

void remote_checks::watch_offer(const std::string& shop, const std::string& offer, bool only_ours) {
  offer_target_ = api_.base() + "/shops/" + shop + "/offers/" + offer;
  only_ours_ = only_ours;
}

remote_checks::purse remote_checks::look_at(const wallet_door& door) const {
  const auto found = api_.must({"GET", door.target, door.token, {}, {}}, "looking at a wallet");
  return {text_at(found, "household_id"), amount_at(found, "balance"), amount_at(found, "held"),
          number_at(found, "entries_count")};
}

remote_checks::sums remote_checks::look(const std::atomic<bool>& stop) const {
  std::vector<purse> found(doors_.size());
  for_each_of(
      doors_.size(), [&](std::size_t i) { found[i] = look_at(doors_[i]); }, [](std::size_t) {}, stop);
  sums out;
  for (const auto& each : found) {
    out.balance += each.balance;
    out.held += each.held;
    out.entries += each.entries;
  }
  if (!offer_target_.empty()) {
    const auto offer = api_.must({"GET", offer_target_, {}, {}, {}}, "looking at the offer");
    if (const auto* left = offer.if_contains("places_left"); left != nullptr && left->is_int64())
      out.places_left = left->as_int64();
  }
  return out;
}

void remote_checks::look_before(const std::atomic<bool>& stop) {
  // Two sessions of one household are one wallet.
  std::vector<std::string> whose(doors_.size());
  for_each_of(
      doors_.size(), [&](std::size_t i) { whose[i] = look_at(doors_[i]).household; }, [](std::size_t) {},
      stop);
  std::set<std::string> seen;
  std::vector<wallet_door> once;
  for (std::size_t i = 0; i < doors_.size(); ++i)
    if (seen.insert(whose[i]).second) once.push_back(std::move(doors_[i]));
  doors_ = std::move(once);
  if (!offer_target_.empty())
    price_ = amount_at(api_.must({"GET", offer_target_, {}, {}, {}}, "looking at the offer"), "price");
  before_ = look(stop);
}

void remote_checks::check_money(std::string_view kind, report& to) const {
  if (doors_.empty()) return;
  const auto price = kind == "debit" ? 1 : price_;
  const auto [answered, unknown] = answers_of(to, kind);
  const std::atomic<bool> never{false};
  const auto now = look(never);
  const auto what = std::string{kind} + "s";
  const auto check = [&](const std::string& name, std::int64_t found, std::int64_t each) {
    const auto least = static_cast<std::int64_t>(answered) * each;
    const auto most = static_cast<std::int64_t>(answered + unknown) * each;
    const auto text = name + ": " + grouped(static_cast<double>(found), ",") + ", as " +
                      in_words(answered, what.c_str()) + " answered 201 make" +
                      (unknown > 0 ? " (" + in_words(unknown, "more had no answer)") : "");
    if (found >= least && found <= most && (each == 0 || found % each == 0))
      to.checked.push_back(text);
    else
      to.problems.push_back(name + ": " + std::to_string(found) + ", but " + std::to_string(answered) + " " +
                            what + " were answered 201 (and " + std::to_string(unknown) +
                            " not at all), which makes " + std::to_string(least) +
                            (unknown > 0 ? " to " + std::to_string(most) : ""));
  };
  const auto wallets = "of " + in_words(doors_.size(), doors_.size() == 1 ? "wallet" : "wallets");
  check("minor units of " + api_.currency() + " that the balances " + wallets + " fell by",
        before_.balance - now.balance, price);
  check("entries that the ledgers " + wallets + " grew by", now.entries - before_.entries, 1);
  if (now.held == before_.held)
    to.checked.push_back("nothing is held " + wallets + " that was not before");
  else
    to.problems.push_back("minor units held " + wallets + ": " + std::to_string(now.held) + ", before " +
                          std::to_string(before_.held));
  if (kind == "order" && only_ours_ && before_.places_left && now.places_left)
    check("places of the offer that were taken", *before_.places_left - *now.places_left, 1);
}

// Empty: its entries add up.
std::string remote_checks::fault_of(const wallet_door& door) const {
  const auto wallet = look_at(door);
  std::string cursor;
  json::object later;
  for (std::size_t page = 0; page < pages_max; ++page) {
    const auto part =
        api_.must({"GET",
                   door.target + "/entries?limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor),
                   door.token,
                   {},
                   {}},
                  "reading a ledger");
    for (const auto& each : part.at("items").as_array()) {
      const auto& entry = each.as_object();
      const auto seq = std::to_string(number_at(entry, "seq"));
      if (later.empty()) {
        if (amount_at(entry, "balance_after") != wallet.balance || number_at(entry, "seq") != wallet.entries)
          return "the wallet is not where its last entry " + seq + " left it";
      } else if (!follows(later, entry)) {
        return "an entry after " + seq + " does not follow from it";
      }
      later = entry;
    }
    const auto* next = part.if_contains("next_cursor");
    if (next == nullptr || !next->is_string()) {
      if (!later.empty() &&
          (number_at(later, "seq") != 1 || amount_at(later, "amount") != amount_at(later, "balance_after")))
        return "its first entry is missing";
      break;
    }
    cursor = std::string{next->as_string()};
  }
  return {};
}

void remote_checks::check_ledgers(report& to) const {
  const auto many = std::min(doors_.size(), ledgers_looked_at);
  if (many == 0) return;
  bool good = true;
  for (std::size_t i = 0; i < many; ++i) {
    // Spread over all of them.
    const auto& door = doors_[i * doors_.size() / many];
    const auto fault = fault_of(door);
    if (fault.empty()) continue;
    good = false;
    to.problems.push_back(door.target + ": " + fault);
  }
  if (good)
    to.checked.push_back("entries of " + in_words(many, many == 1 ? "wallet" : "wallets") +
                         " have no gap, and each balance follows from the one before");
}

void remote_checks::check_registrations(std::uint64_t key_high, report& to) const {
  std::size_t confirmed = 0;
  for (std::uint64_t i = 0; i < confirmed_afterwards; ++i) {
    const auto address = format("r%016llx%016llx@bench.example", static_cast<unsigned long long>(key_high),
                                static_cast<unsigned long long>(i));
    const auto token = mailed_token(api_, address);
    if (!token) {
      to.unchecked.push_back("whether the new accounts get their mails: " + std::string{mails_unreadable});
      return;
    }
    if (token->empty()) {
      to.problems.push_back("no mail with a link to " + address + " came within 5 s of the run");
      return;
    }
    confirm_account(api_, *token);
    ++confirmed;
  }
  to.checked.push_back(in_words(confirmed, "of the new accounts were confirmed by the links of their mails"));
}

} // namespace foyer::bench
