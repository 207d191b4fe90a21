#include "tests/simulation/faulty_loaders.hpp"

#include <algorithm>
#include <utility>

namespace foyer::simulation {

template <class T>
void faulty_loaders::ask(std::function<outcome<T>()> read, std::function<void(outcome<T>)> done) {
  pending_.push_back([this, read = std::move(read), done = std::move(done)]() mutable {
    outcome<T> value = chance_.one_in(fails_one_in_) ? outcome<T>{errc::unavailable} : read();
    pending_.push_back(
        [done = std::move(done), value = std::move(value)]() mutable { done(std::move(value)); });
  });
}

void faulty_loaders::step() {
  std::swap(pending_[chance_.below(pending_.size())], pending_.back());
  const auto next = std::move(pending_.back());
  pending_.pop_back();
  next();
}

void faulty_loaders::load_wallet(const household_id& of, std::function<void(outcome<wallet::state>)> done) {
  ask<wallet::state>(
      [this, of]() -> outcome<wallet::state> {
        auto found = tables_.wallet_of(of);
        if (tables_.bugs.wallet_holds_forgotten) found.held = 0;
        if (tables_.bugs.merged_still_open) found.closed = false;
        return found;
      },
      std::move(done));
}

void faulty_loaders::load_offer(const offer_id& of, std::function<void(outcome<offer::state>)> done) {
  ask<offer::state>(
      [this, of]() -> outcome<offer::state> {
        const auto found = tables_.offers.find(of);
        offer::state out;
        out.id = of;
        if (found == tables_.offers.end()) return out;
        out = found->second;
        if (tables_.bugs.held_forgotten) out.held = 0;
        return out;
      },
      std::move(done));
}

void faulty_loaders::load_household(const household_id& of,
                                    std::function<void(outcome<household::state>)> done) {
  ask<household::state>(
      [this, of]() -> outcome<household::state> {
        const auto found = tables_.households.find(of);
        if (found != tables_.households.end()) return found->second;
        household::state blank;
        blank.id = of;
        return blank;
      },
      std::move(done));
}

sha256_hash faulty_loaders::session_of(const household_id& whose) {
  sha256_hash out{};
  std::copy(whose.value.bytes.begin(), whose.value.bytes.end(), out.begin());
  return out;
}

void faulty_loaders::load_arrival(const sha256_hash& token_hash,
                                  std::function<void(outcome<std::shared_ptr<session::arrival>>)> done) {
  ask<std::shared_ptr<session::arrival>>(
      [this, token_hash]() -> outcome<std::shared_ptr<session::arrival>> {
        auto out = std::make_shared<session::arrival>();
        for (const auto& [id, who] : tables_.households)
          if (session_of(id) == token_hash) out->clients.push_back({who, tables_.wallet_of(id)});
        return out;
      },
      std::move(done));
}

void faulty_loaders::find_of_account(const organisation_id&, const account_id& whose,
                                     std::function<void(outcome<household::maybe_id>)> done) {
  ask<household::maybe_id>(
      [this, whose]() -> outcome<household::maybe_id> {
        const auto* found = tables_.household_of(whose);
        return found == nullptr ? household::maybe_id{} : household::maybe_id{found->id};
      },
      std::move(done));
}

void faulty_loaders::load_account(const account_id& of, std::function<void(outcome<account::state>)> done) {
  ask<account::state>(
      [this, of]() -> outcome<account::state> {
        const auto found = tables_.accounts.find(of);
        if (found != tables_.accounts.end()) return found->second;
        account::state blank;
        blank.id = of;
        return blank;
      },
      std::move(done));
}

void faulty_loaders::load_deadlines(time_point before, int limit,
                                    std::function<void(outcome<std::vector<deadline_row>>)> done) {
  ask<std::vector<deadline_row>>(
      [this, before, limit]() -> outcome<std::vector<deadline_row>> {
        std::vector<deadline_row> due;
        // In the order of the orders: that of their ids is random.
        for (const auto& which : tables_.orders_in_turn) {
          const auto found = tables_.deadlines.find(which.value);
          if (found == tables_.deadlines.end() || found->second.due_at >= before) continue;
          if (due.size() < static_cast<std::size_t>(limit)) due.push_back(found->second);
        }
        return due;
      },
      std::move(done));
}

void faulty_loaders::load_order(const order_id& which, std::function<void(outcome<order::state>)> done) {
  ask<order::state>(
      [this, which]() -> outcome<order::state> {
        const auto found = tables_.orders.find(which);
        if (found == tables_.orders.end()) return errc::not_found;
        return found->second;
      },
      std::move(done));
}

void faulty_loaders::load_order(const organisation_id&, std::string number,
                                std::function<void(outcome<order::state>)> done) {
  ask<order::state>(
      [this, number = std::move(number)]() -> outcome<order::state> {
        for (const auto& [id, each] : tables_.orders)
          if (each.number == number) return each;
        return errc::not_found;
      },
      std::move(done));
}

void faulty_loaders::count_unpaid_places(const organisation_id&, const household_id& of, bool by_guests,
                                         std::function<void(outcome<std::int64_t>)> done) {
  ask<std::int64_t>(
      [this, of, by_guests]() -> outcome<std::int64_t> {
        std::int64_t sum = 0;
        for (const auto& [id, each] : tables_.orders)
          if (each.status == order::status::awaiting_payment && each.household == of &&
              each.kind == order::kind::sale && each.by_guest == by_guests)
            sum += order::places_in(each);
        return sum;
      },
      std::move(done));
}

void faulty_loaders::find_answer(const uuid& key, std::function<void(outcome<order::stored_answer>)> done) {
  ask<order::stored_answer>(
      [this, key]() -> outcome<order::stored_answer> {
        const auto found = tables_.keys.find(key);
        if (found == tables_.keys.end()) return order::stored_answer{};
        return order::stored_answer{found->second.request_hash, found->second.status, found->second.answer,
                                    found->second.at, found->second.order};
      },
      std::move(done));
}

} // namespace foyer::simulation
