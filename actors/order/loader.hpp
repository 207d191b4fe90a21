#pragma once

#include "actors/order/order.hpp"

#include <functional>

namespace foyer::order {

struct page {
  std::vector<state> orders; // newest first, whole
  bool more = false;
};

/// Which orders of a household an account sees (S5). Everything of the organisation's others is left out
/// always.
struct filter {
  organisation_id organisation;
  std::optional<household_id> household;
  /// Set: only orders placed with this account, and box-office orders from `box_office_since` on.
  std::optional<account_id> only_of_account;
  std::optional<time_point> box_office_since;
  /// Set: a guest's orders of this address too, as the organisation lets confirmed accounts claim them.
  std::optional<std::string> claimed_email;
  std::optional<order_id> before; // cursor: older than this one
  int limit = 50;
};

/// A ticket with what the list of tickets shows beside it.
struct shown_ticket {
  ticket of;
  order_id order;
  std::string order_number;
  std::string title;
};
struct ticket_page {
  std::vector<shown_ticket> tickets; // of the newest order first
  bool more = false;
};
/// A cursor in the list of tickets: after this one.
struct ticket_place {
  order_id order;
  int position = 0;
};

/// A ticket at the door, as it is there at some moment.
struct scanned_ticket {
  ticket of;
  order_id order;
  std::string order_number;
  std::string title;
  std::optional<household_id> household;
  bool on_several_days = false;         // of a course: its holder comes again
  date day;                             // which it is at the house
  std::optional<time_point> present_at; // since when its holder is present on that day
};

struct shown_benefit {
  benefit of;
  order_id order;
  std::string order_number;
  std::string title;
};

/// Reads orders, whole: with lines, payments, tickets (with their offers' dates) and benefits. Any thread.
class loader {
public:
  virtual ~loader() = default;
  virtual void load_order(const order_id& which, std::function<void(outcome<state>)> done) = 0; // not_found
  virtual void load_order(const organisation_id& of, std::string number,
                          std::function<void(outcome<state>)> done) = 0;
  /// Places that orders hold in this household while they await payment: those of guests, who only typed its
  /// address, or all others.
  virtual void count_unpaid_places(const organisation_id& at, const household_id& of, bool by_guests,
                                   std::function<void(outcome<std::int64_t>)> done) = 0;
  virtual void list_orders(const filter& which, std::function<void(outcome<page>)> done) = 0;
  /// Of the orders that the filter lets through (its `before` does not count); `after` none: from the
  /// beginning.
  virtual void list_tickets(const filter& which, std::optional<ticket_place> after,
                            std::function<void(outcome<ticket_page>)> done) = 0;
  /// One of them: not_found.
  virtual void load_ticket(const filter& which, const ticket_id& ticket,
                           std::function<void(outcome<shown_ticket>)> done) = 0;
  /// Any ticket of the organisation, at this time and in its time zone (O6): not_found.
  virtual void scan_ticket(const organisation_id& at, const ticket_id& ticket, time_point when,
                           std::string time_zone, std::function<void(outcome<scanned_ticket>)> done) = 0;
  /// All of them, of the newest order first.
  virtual void list_benefits(const filter& which,
                             std::function<void(outcome<std::vector<shown_benefit>>)> done) = 0;
};

/// A stored answer of an idempotency key (W5).
struct stored_answer {
  sha256_hash request_hash{};
  int status = 0; // 0: none stored
  std::string answer;
  time_point at{};
  std::optional<order_id> order{}; // set: the answer is to be made of this order as it was placed
};
class answers {
public:
  virtual ~answers() = default;
  virtual void find_answer(const uuid& key, std::function<void(outcome<stored_answer>)> done) = 0;
};

} // namespace foyer::order
