#pragma once

#include "actors/checkout/pricing.hpp"
#include "actors/checkout/unpaid_places.hpp"
#include "actors/household/households.hpp"
#include "actors/journal.hpp"
#include "actors/offer/offers.hpp"
#include "actors/order/check_in.hpp"
#include "actors/order/loader.hpp"
#include "actors/order/refund.hpp"
#include "actors/wallet/wallets.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

// The deal between offers and a wallet: places and money are held in memory, one commit writes everything,
// then the holders are told. Runs as a coroutine on the asker's executor; all decisions are the actors' and
// pure functions'.

namespace foyer::checkout {

/// How long unpaid orders keep their places, by method (O4).
struct expiries {
  duration card{std::chrono::minutes{15}};
  duration counter{std::chrono::hours{48}};
  duration bank_transfer{std::chrono::hours{168}};
};

struct services {
  offer::registry& offers;
  wallet::registry& wallets;
  household::registry& households;
  order::loader& orders;
  foyer::journal& journal;
  const clock_source& clock;
  expiries expire_after;
  checkout::unpaid_places* unpaid = nullptr; // none: buyers may hold what they like
};

/// What is stored with the order as the answer to its idempotency key; the texts are made once the order is
/// known.
struct answer_to_keep {
  std::optional<idempotency_row> row;
  std::function<std::string(const order::state&)> render;
  /// What the row keeps of it, where the order's rows don't tell it; none: the answer itself.
  std::function<std::string(const order::state&)> render_kept;
};

/// P2: what the audit log says of an order, as a JSON object.
using order_note = std::function<std::string(const order::state&)>;

struct place_order {
  organisation::snapshot_ptr organisation;
  const organisation::shop* shop = nullptr; // one of the snapshot's
  std::optional<account_id> account;
  std::optional<household_id> household; // of a my-space session, or chosen by staff
  std::optional<account_id> staff;       // set: a box-office order by this person
  amount staff_floor = 0;                // their role's floor (W3)
  bool allow_negative = false;
  std::string locale;
  checkout::buyer buyer; // as typed; names and address of an account are filled in where empty
  bool buyer_given = false;
  bool accept_terms = false;
  bool save_profile = false;      // O2: what was typed may change the profile
  std::optional<bool> newsletter; // the tick, where there was one
  std::vector<wanted_line> lines;
  std::vector<wanted_payment> payments;
  answer_to_keep answer;
  /// Set: nothing is to be paid, since the house says so (H13) or the course is open to all (H12). The house
  /// sells then, and what binds buyers does not bind it. The row's order is filled in.
  std::optional<hand_enrolment_row> enrolment;
  std::optional<staff_change_row> audit; // P2; its subject is the order
  order_note note;                       // where it is set, says what `audit` has afterwards
  bool quiet = false;                    // no mail: a record of what happened earlier
};

struct quote {
  std::vector<order::line> lines;
  amount total = 0;
  std::optional<amount> available; // of the wallet, where there is one with something in it
  bool account_required = false;
  std::vector<field_error> missing_answers;
};

struct placed {
  order::state order;
  std::string answer; // as kept
};

/// Places an order. O3: places are never sold twice and a paid order has its tickets. W3, W4: the wallet
/// covers all or a part. Refused with the codes of API.md; a conflict on the idempotency key is `conflict`
/// with detail "idempotency_pkey".
boost::asio::awaitable<outcome<placed>> place(services& with, place_order command);

/// The same questions without doing anything.
boost::asio::awaitable<outcome<quote>> ask_price(services& with, place_order command);

/// Staff recorded a payment of an order that awaits one (O4); it completes the order when the total is
/// reached.
struct record_payment {
  organisation::snapshot_ptr organisation;
  std::string number;
  payment_method method = payment_method::cash;
  amount sum = 0;
  std::string reference;
  account_id by;
  std::optional<staff_change_row> audit; // P2; its subject is the order, and `note` says before and after
  order_note note;
  answer_to_keep answer;
};
boost::asio::awaitable<outcome<placed>> record(services& with, record_payment command);

/// The buyer pays what an order still lacks (O4): from the wallet, and then it is paid, or by promising
/// another method, which gives it the time of that method from its beginning on, never less than it has.
/// Refused: too_late when it awaits no payment or its time is up; insufficient_funds;
/// payment_method_unavailable (the shop's methods; stored value is not paid with stored value, W10);
/// forbidden when `payer` is not the household whose order it is.
struct pay_order {
  organisation::snapshot_ptr organisation;
  order_id id;
  payment_method method = payment_method::wallet;
  std::optional<household_id> payer; // whose wallet the buyer may spend
  wallet::origin by;
  answer_to_keep answer;
};
boost::asio::awaitable<outcome<placed>> pay(services& with, pay_order command);

/// Cancels an order that awaits payment: frees places and held money. `reason` "expired" by its deadline.
/// Refused: too_late when it is not awaiting payment any more.
struct cancel_order {
  organisation_id organisation;
  order_id id;
  std::string reason;
  wallet::origin by;
  /// Set: not before (the deadline's own check; too_late otherwise).
  std::optional<time_point> only_if_expired_at;
  /// Set: the buyer is told by mail in this organisation's name.
  organisation::snapshot_ptr mail_from;
  std::optional<staff_change_row> audit; // as record_payment's
  order_note note;
  answer_to_keep answer;
};
boost::asio::awaitable<outcome<placed>> cancel(services& with, cancel_order command);

/// Staff take back a paid order, whole or by line (O8, O4): a credit note, its tickets cancelled and its
/// places free, the money to the wallet or noted as returned. Refused: as plan_refund says; conflict when the
/// household, to whose wallet it would go, is not there.
struct refund_order {
  organisation::snapshot_ptr organisation;
  std::string number;
  std::vector<line_id> lines; // none: all that are left
  order::refund_to where = order::refund_to::wallet;
  std::string reason;
  std::string reference; // of what was returned outside of the program
  account_id by;
  /// Set: the buyer gives it back, until each offer's cancel_until (S8); too_late otherwise. `by` is nobody
  /// then.
  std::optional<wallet::origin> buyer{};
  std::optional<staff_change_row> audit;
  answer_to_keep answer;
};
boost::asio::awaitable<outcome<placed>> refund(services& with, refund_order command);

/// A ticket is shown at the door (O6). Refused: not_found when the organisation has no such ticket, or
/// `is_genuine` says no; version_conflict when scanners and refunds come all at once.
struct check_in_ticket {
  organisation::snapshot_ptr organisation;
  ticket_id ticket;
  std::function<bool(const order::ticket&)> is_genuine; // whether the code that was shown is this one's
  account_id by;
  staff_change_row audit; // P2, of a check-in that happened; its subject is the ticket
};
struct checked_in {
  order::scanned_ticket ticket; // as it was before
  order::admission what = order::admission::cancelled;
  std::optional<time_point> since{}; // when it was checked in, now or before
};
boost::asio::awaitable<outcome<checked_in>> check_in(services& with, check_in_ticket command);

} // namespace foyer::checkout
