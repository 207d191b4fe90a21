#include "actors/checkout/build.hpp"
#include "actors/checkout/client.hpp"
#include "actors/checkout/places.hpp"
#include "actors/organisation/form.hpp"
#include "actors/runtime/ask.hpp"
#include "actors/runtime/entity.hpp"

#include <algorithm>

namespace foyer::checkout {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

// A fresh number, or a household that another request has just made, is tried again; more often means
// trouble.
constexpr int attempts_max = 4;

bool may_try_again(const refusal& why) {
  if (why.code == errc::household_merged) return true; // since it was found
  if (why.code != errc::conflict) return false;
  return why.detail == "orders_number" || why.detail == "households_account" ||
         why.detail == "households_organisation_id_number_key";
}

// Staff, or the house itself (H12).
bool by_the_house(const place_order& command) {
  return command.staff || command.enrolment;
}

std::optional<refusal> refuse_at_the_door(const place_order& command) {
  if (by_the_house(command)) return std::nullopt;
  if (command.shop->box_office) return refusal{errc::not_found};
  const auto& options = command.organisation->options;
  if (is_guest(command) && options.account_required) return refusal{errc::account_required};
  if (!options.terms_url.empty() && !command.accept_terms) return refusal{errc::terms_not_accepted};
  return std::nullopt;
}

shopper shopper_of(const place_order& command, const client& whose) {
  shopper who;
  who.by_staff = by_the_house(command);
  who.guest = is_guest(command);
  who.household = who.guest ? nullptr : &whose.whose;
  if (const auto* person = whose.whose.responsible_member(); person != nullptr && !who.guest)
    who.birth_date = person->birth_date;
  if (!who.birth_date) who.birth_date = command.buyer.birth_date;
  return who;
}

// Without `taken` it only asks, as a quote does: places that somebody looks at are nobody's.
asio::awaitable<outcome<priced>> reserve_and_price(services& with, const place_order& command,
                                                   const client& whose, places* taken, time_point at) {
  priced out;
  auto sums = quantities(command.lines);
  if (!sums) co_return sums.error();
  out.quantities = std::move(*sums);
  for (const auto& [which, quantity] : out.quantities) {
    offer::reserve wanted{command.organisation->id, command.shop->slug, quantity, at,
                          by_the_house(command),    taken == nullptr};
    auto got = co_await ask_entity(with.offers, which, std::move(wanted));
    if (!got) {
      auto why = got.error();
      if (why.code == errc::not_found)
        for (std::size_t i = 0; i < command.lines.size(); ++i)
          if (command.lines[i].offer == which) {
            why.code = errc::invalid;
            why.fields.push_back({"/lines/" + std::to_string(i) + "/offer_id", "not_found"});
          }
      co_return why;
    }
    if (taken != nullptr) taken->add(which, quantity, got->loads);
    out.offers.emplace(which, std::move(got->what));
  }
  auto lines = price(command.lines, out.offers, shopper_of(command, whose), command.locale, at);
  if (!lines) co_return lines.error();
  out.lines = std::move(*lines);
  if (command.enrolment)
    for (auto& each : out.lines) each.unit_price = 0;
  const auto total = total_of(out.lines);
  if (!total) co_return errc::amount_out_of_range;
  out.total = *total;
  co_return out;
}

bool uses_wallet(const place_order& command) {
  return std::any_of(command.payments.begin(), command.payments.end(),
                     [](const wanted_payment& each) { return each.method == payment_method::wallet; });
}

// W10: stored value is never bought with stored value.
bool sells_stored_value(const priced& what) {
  return std::any_of(what.offers.begin(), what.offers.end(),
                     [](const auto& each) { return each.second->kind == offer::kind::voucher; });
}

asio::awaitable<outcome<amount>> available_now(services& with, const household_id& whose) {
  auto view = co_await ask_entity(with.wallets, whose, wallet::get_view{});
  if (!view) co_return view.error();
  co_return view->available();
}

// The rows of everything but the wallet's entry.
commit rows_of(const place_order& command, const priced& what, const client& whose, const order::state& order,
               std::string& answer) {
  commit rows;
  if (whose.is_new) rows.cold.emplace_back(household::to_row(whose.whose, 0));
  order::write_new(order, rows);
  const bool paid = order.status == order::status::paid;
  for (const auto& [which, quantity] : what.quantities) {
    stock_delta delta;
    delta.organisation = order.organisation;
    delta.offer = which;
    (paid ? delta.sold : delta.held) = quantity;
    rows.stock.push_back(delta);
  }
  if (!order.buyer_email.empty() && !command.quiet)
    rows.mails.push_back(
        order_mail("order_confirmation", order, *command.organisation, order.buyer_email, order.created_at));
  if (order.expires_at) rows.deadlines.push_back(expiry_deadline(order));
  if (command.enrolment) {
    auto why = *command.enrolment;
    why.order = order.id;
    rows.cold.emplace_back(std::move(why));
  }
  if (command.audit) {
    auto entry = *command.audit;
    entry.subject = order.id.value;
    if (command.note) entry.after = command.note(order);
    rows.cold.emplace_back(std::move(entry));
  }
  keep_answer(command.answer, order, answer, rows);
  return rows;
}

wallet::origin origin_of(const place_order& command, time_point at) {
  wallet::origin by;
  by.kind = command.staff       ? wallet::actor_kind::staff
            : command.enrolment ? wallet::actor_kind::system
                                : wallet::actor_kind::buyer;
  by.account = command.staff ? command.staff : command.account;
  by.at = at;
  return by;
}

// Writes the order: through the wallet where it pays or holds, so that the wallet's entries are committed in
// the order in which they were decided. The wallet also carries what it does not pay, since it alone knows at
// that moment whether the household is being merged into another. A household that is born with the order has
// none.
asio::awaitable<outcome<done>> write(services& with, const place_order& command, const client& whose,
                                     const order::state& order, commit rows) {
  const order::payment* wallet_part = nullptr;
  for (const auto& each : order.payments)
    if (each.method == payment_method::wallet) wallet_part = &each;
  if (wallet_part == nullptr && !whose.is_new) {
    wallet::carry carried{std::move(rows)};
    co_return co_await ask_entity(with.wallets, whose.whose.id, std::move(carried));
  }
  if (wallet_part == nullptr) {
    auto what = co_await await_reply<commit_outcome>([&](reply<commit_outcome> back) {
      with.journal.append(std::move(rows), [back](const commit_outcome& became) { back(became); });
    });
    if (!what) co_return what.error();
    if (what->status != commit_status::committed) co_return runtime::refusal_of(*what);
    co_return done{};
  }
  const auto by = origin_of(command, order.created_at);
  const entry_id entry{new_uuid(unix_ms(order.created_at))};
  if (wallet_part->status == order::payment_status::held) {
    wallet::hold hold{order.organisation, wallet_part->sum, order.id, order.number, by, entry,
                      std::move(rows)};
    auto held = co_await ask_entity(with.wallets, *order.household, std::move(hold));
    if (!held) co_return held.error();
    co_return done{};
  }
  wallet::pay pay;
  pay.organisation = order.organisation;
  pay.sum = wallet_part->sum;
  pay.order = order.id;
  pay.order_number = order.number;
  if (command.staff && command.allow_negative) pay.staff_floor = command.staff_floor;
  pay.by = by;
  pay.id = entry;
  pay.rows = std::move(rows);
  auto paid = co_await ask_entity(with.wallets, *order.household, std::move(pay));
  if (!paid) co_return paid.error();
  co_return done{};
}

std::optional<refusal> refuse_unanswered(const place_order& command) {
  if (by_the_house(command)) return std::nullopt;
  refusal why{errc::answers_missing};
  why.fields = missing_answers(command.organisation->options, command.buyer.answers);
  if (why.fields.empty()) return std::nullopt;
  return why;
}

// S4: what the profile has is prefilled, unless somebody types an address that is not proved to be theirs.
void prefill(place_order& command, const client& whose) {
  const auto* person = whose.whose.responsible_member();
  if (is_guest(command) || person == nullptr) return;
  command.buyer.answers = prefilled(command.organisation->options, command.buyer.answers, person->answers);
}

// O2: what was typed changes the profile only on an explicit tick, and a guest's never does (H3). Apart from
// the order: a profile that could not be saved is no reason to take back what was paid.
void save_profile(services& with, const place_order& command, const client& whose) {
  if (by_the_house(command) || is_guest(command) || whose.is_new) return;
  household::change change;
  change.newsletter = command.newsletter;
  if (command.save_profile && command.buyer_given) {
    change.members = whose.whose.members;
    for (auto& each : *change.members) {
      if (each.id != whose.whose.responsible) continue;
      each.answers = organisation::merged_answers(each.answers, command.buyer.answers);
      if (!command.buyer.first_name.empty()) each.first_name = command.buyer.first_name;
      if (!command.buyer.last_name.empty()) each.last_name = command.buyer.last_name;
      if (!each.birth_date) each.birth_date = command.buyer.birth_date;
    }
    change.expected_version = whose.whose.version; // members that were changed meanwhile are not put back
  }
  if (change.newsletter || change.members)
    with.households.tell(whose.whose.id, ask<household::change>{std::move(change), {}});
}

// Whose places are counted together: a household's, whether its account or its unique key orders (of an
// account's first order, which makes the household, the account's). A guest's are those of the typed address
// and apart: whoever knows a client's address takes nothing from the client (H3).
uuid buyer_of(const place_order& command, const client& whose) {
  if (!is_guest(command)) return whose.is_new ? command.account->value : whose.whose.id.value;
  const auto hash = sha256(to_string(command.organisation->id) + whose.whose.email_key);
  uuid out;
  std::copy_n(hash.begin(), out.bytes.size(), out.bytes.begin());
  return out;
}

// Set: with these places too many would await the buyer's payment. To be asked after the claim was made.
asio::awaitable<std::optional<refusal>> refuse_unpaid(services& with, const unpaid_places::claim& claimed,
                                                      const order::state& wanted) {
  auto stored = co_await await_reply<std::int64_t>([&](reply<std::int64_t> back) {
    with.orders.count_unpaid_places(wanted.organisation, *wanted.household, wanted.by_guest, std::move(back));
  });
  if (!stored) co_return stored.error();
  if (!claimed.exceeds(*stored)) co_return std::nullopt;
  co_return refusal{errc::order_limit_exceeded,
                    "Orders that await payment may hold " + std::to_string(with.unpaid->max()) +
                        " places together; " + std::to_string(*stored) + " are held."};
}

asio::awaitable<outcome<placed>> place_once(services& with, place_order& command) {
  const auto at = with.clock.now();
  auto whose = co_await find_client(with, command, at);
  if (!whose) co_return whose.error();
  prefill(command, *whose);
  if (auto why = refuse_unanswered(command)) co_return *why;
  if (auto why =
          refuse_underage(command.organisation->options, shopper_of(command, *whose), command.buyer, at))
    co_return *why;

  places taken{with.offers};
  auto what = co_await reserve_and_price(with, command, *whose, &taken, at);
  if (!what) co_return what.error();
  if (uses_wallet(command) && sells_stored_value(*what)) co_return errc::payment_method_unavailable;

  // A guest's address is unproven: the wallet of the household that has it is not theirs (H3).
  const bool has_wallet = !is_guest(command) && !whose->is_new;
  // The usual case, a wallet that pays everything, needs no look at the balance: the wallet itself decides.
  const bool wallet_alone = has_wallet && command.payments.size() == 1 && uses_wallet(command);
  amount available = has_wallet ? what->total : 0;
  if (!wallet_alone && uses_wallet(command) && has_wallet) {
    auto there = co_await available_now(with, whose->whose.id);
    if (!there) co_return there.error();
    available = *there;
  }
  auto payments = split(what->total, command.payments, available, command.shop->payment_methods,
                        command.organisation->unit, command.allow_negative);
  if (!payments) co_return payments.error();
  what->payments = std::move(*payments);

  placed out;
  out.order = build_order(command, *what, whose->whose, with.expire_after, at);
  std::optional<unpaid_places::claim> claimed;
  if (with.unpaid != nullptr && out.order.status == order::status::awaiting_payment &&
      !by_the_house(command)) {
    claimed.emplace(*with.unpaid, buyer_of(command, *whose), order::places_in(out.order));
    if (auto why = co_await refuse_unpaid(with, *claimed, out.order)) co_return *why;
  }
  auto written = co_await write(with, command, *whose, out.order,
                                rows_of(command, *what, *whose, out.order, out.answer));
  if (!written) {
    // Another process may have merged it: its actor here does not know.
    if (written.error().code == errc::household_merged) with.households.reread({&whose->whose.id, 1});
    if (written.error().code == errc::sold_out) taken.settle(offer::fate::refused);
    if (written.error().code == errc::insufficient_funds && wallet_alone) {
      // Nothing there at all, or too little: two different answers (API.md).
      auto there = co_await available_now(with, whose->whose.id);
      if (there && *there > 0 && !command.payments.front().sum) co_return errc::payment_required;
    }
    co_return written.error();
  }
  taken.settle(out.order.status == order::status::paid ? offer::fate::sold : offer::fate::held);
  save_profile(with, command, *whose);
  co_return out;
}

} // namespace

asio::awaitable<outcome<placed>> place(services& with, place_order command) {
  if (auto why = refuse_at_the_door(command)) co_return *why;
  for (int attempt = 1;; ++attempt) {
    auto result = co_await place_once(with, command);
    if (result || attempt == attempts_max || !may_try_again(result.error())) co_return result;
  }
}

asio::awaitable<outcome<quote>> ask_price(services& with, place_order command) {
  const auto at = with.clock.now();
  const bool guest = is_guest(command);
  client whose;
  if (!guest) {
    auto found = co_await find_client(with, command, at);
    if (!found) co_return found.error();
    whose = std::move(*found);
    prefill(command, whose);
  }
  auto what = co_await reserve_and_price(with, command, whose, nullptr, at);
  if (!what) co_return what.error();
  quote out;
  out.lines = std::move(what->lines);
  out.total = what->total;
  if (!guest && !whose.is_new && !sells_stored_value(*what)) {
    auto there = co_await available_now(with, whose.whose.id);
    if (!there) co_return there.error();
    if (*there > 0) out.available = *there;
  }
  out.account_required = guest && command.organisation->options.account_required;
  out.missing_answers = missing_answers(command.organisation->options, command.buyer.answers);
  co_return out;
}

} // namespace foyer::checkout
