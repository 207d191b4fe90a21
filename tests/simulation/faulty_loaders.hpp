#pragma once

#include "actors/account/accounts.hpp"
#include "actors/deadlines/deadlines.hpp"
#include "actors/household/households.hpp"
#include "actors/offer/offers.hpp"
#include "actors/order/loader.hpp"
#include "actors/session/arrivals.hpp"
#include "actors/wallet/wallets.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/tables.hpp"

#include <functional>
#include <vector>

namespace foyer::simulation {

/// Reads the tables. A question is read at one time and answered at a later one, each when chance says, so
/// that what arrives may be old; and now and then nothing can be read.
class faulty_loaders final : public wallet::loader,
                             public offer::loader,
                             public household::loader,
                             public account::loader,
                             public deadlines::loader,
                             public order::loader,
                             public session::arrival_loader,
                             public order::answers {
public:
  faulty_loaders(const tables& from, dice& chance, std::size_t fails_one_in)
      : tables_(from), chance_(chance), fails_one_in_(fails_one_in) {}

  [[nodiscard]] bool can_step() const { return !pending_.empty(); }
  /// Reads one question, or gives one answer.
  void step();
  /// The process dies: nobody is answered.
  void crash() { pending_.clear(); }
  void set_failing(std::size_t one_in) { fails_one_in_ = one_in; }

  void load_wallet(const household_id& of, std::function<void(outcome<wallet::state>)> done) override;
  void load_offer(const offer_id& of, std::function<void(outcome<offer::state>)> done) override;
  void list_offers(const organisation_id&, std::string,
                   std::function<void(outcome<std::vector<offer_id>>)> done) override {
    done(errc::unavailable);
  }
  void load_household(const household_id& of, std::function<void(outcome<household::state>)> done) override;
  void find_of_account(const organisation_id& at, const account_id& whose,
                       std::function<void(outcome<household::maybe_id>)> done) override;
  void find_by_email(const organisation_id&, std::string, household::with_account,
                     std::function<void(outcome<household::maybe_id>)> done) override {
    done(errc::unavailable);
  }
  void find_by_number(const organisation_id&, std::string,
                      std::function<void(outcome<household::maybe_id>)> done) override {
    done(errc::unavailable);
  }
  void find_by_key(const sha256_hash&, std::function<void(outcome<household::maybe_id>)> done) override {
    done(errc::unavailable);
  }
  void find_space_code(const household_id&,
                       std::function<void(outcome<std::optional<household::space_code>>)> done) override {
    done(errc::unavailable);
  }
  void load_account(const account_id& of, std::function<void(outcome<account::state>)> done) override;
  void load_deadlines(time_point before, int limit,
                      std::function<void(outcome<std::vector<deadline_row>>)> done) override;
  /// A session here is named by the household of its owner (session_of).
  void load_arrival(const sha256_hash& token_hash,
                    std::function<void(outcome<std::shared_ptr<session::arrival>>)> done) override;
  void load_order(const order_id& which, std::function<void(outcome<order::state>)> done) override;
  void load_order(const organisation_id& of, std::string number,
                  std::function<void(outcome<order::state>)> done) override;
  void scan_ticket(const organisation_id&, const ticket_id&, time_point, std::string,
                   std::function<void(outcome<order::scanned_ticket>)> done) override {
    done(errc::not_found); // nobody scans there
  }
  void count_unpaid_places(const organisation_id& at, const household_id& of, bool by_guests,
                           std::function<void(outcome<std::int64_t>)> done) override;
  void list_orders(const order::filter&, std::function<void(outcome<order::page>)> done) override {
    done(errc::unavailable);
  }
  void list_tickets(const order::filter&, std::optional<order::ticket_place>,
                    std::function<void(outcome<order::ticket_page>)> done) override {
    done(errc::unavailable);
  }
  void load_ticket(const order::filter&, const ticket_id&,
                   std::function<void(outcome<order::shown_ticket>)> done) override {
    done(errc::unavailable);
  }
  void list_benefits(const order::filter&,
                     std::function<void(outcome<std::vector<order::shown_benefit>>)> done) override {
    done(errc::unavailable);
  }
  void find_answer(const uuid& key, std::function<void(outcome<order::stored_answer>)> done) override;

  [[nodiscard]] static sha256_hash session_of(const household_id& whose);

private:
  template <class T>
  void ask(std::function<outcome<T>()> read, std::function<void(outcome<T>)> done);

  const tables& tables_;
  dice& chance_;
  std::size_t fails_one_in_;
  std::vector<std::function<void()>> pending_;
};

} // namespace foyer::simulation
