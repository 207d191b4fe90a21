#pragma once

#include "demo/chance.hpp"
#include "demo/plan.hpp"

#include <map>

namespace foyer::demo {

/// Decides what the households bought and how they paid. It counts places and balances, so that every
/// purchase is one that the program accepts.
class shopping {
public:
  /// Uses the plan's offers; they must stay where they are.
  shopping(std::uint64_t seed, const plan& of);

  /// Claire's family: tickets, a course, a pass and a voucher; her balance ends at `claires_balance`.
  void claire(client& her);
  /// None to four orders; some pay from their balance, some at the counter, some have not paid yet, some owe
  /// money.
  void stranger(client& who);

private:
  struct basket {
    std::vector<checkout::wanted_line> lines;
    amount total = 0;
    bool stored_value = false; // W10: not to be paid from a balance
    bool counter_only = false;
  };

  const planned_offer& offer(std::string_view key) const;
  const planned_offer& draw();
  bool add(basket& to, const planned_offer& what, const offer::rate& rate, std::vector<member_id> members,
           std::int32_t quantity);
  void add_show(basket& to, const planned_offer& what, const household::state& who, time_point at);
  void add_other(basket& to, const planned_offer& what, const household::state& who, time_point at);
  basket fill(const household::state& who, time_point at);

  void top_up(client& to, amount sum, time_point at);
  void take_off(client& to, amount sum, time_point at);
  void pay_from_balance(client& who, basket what, time_point at);
  void pay_at_counter(client& who, basket what, time_point at);
  void pay_by_transfer_later(client& who, basket what);
  void owe(client& who, basket what, time_point at);
  void settle_up(client& who);

  std::uint64_t seed_;
  const plan& plan_;
  chance chance_;
  std::vector<std::int64_t> demand_;
  std::map<offer_id, std::int64_t> taken_;
  amount balance_ = 0; // of the client in hand
};

} // namespace foyer::demo
