#include "http/buyer/repay_routes.hpp"

#include "actors/checkout/repay.hpp"
#include "http/bind.hpp"
#include "http/buyer/order_answer.hpp"
#include "http/buyer/order_form.hpp"
#include "http/buyer/visitor.hpp"
#include "http/json/reader.hpp"
#include "http/problem.hpp"

namespace foyer::http::buyer {
namespace {

namespace asio = boost::asio;

enum class wish { repay, top_up };

asio::awaitable<response> place(unpaid_order_services& with, request& in, wish what) {
  auto who = co_await household_visitor_of(with.house, in);
  if (!who) co_return problem_of(who.error());
  json::reader form(in);
  checkout::repay_balance command;
  command.method = read_method(*form, "method");
  std::optional<money> sum;
  if (what == wish::top_up)
    sum = form->money("amount", json::positive_amounts);
  else
    sum = form->optional_money("amount", json::positive_amounts);
  if (auto bad = form.finish()) co_return *bad;
  if (sum && sum->unit != who->unit()) co_return problem_of(refusal{errc::currency_mismatch});
  if (what == wish::top_up && !who->at->options.top_up_allowed) co_return forbidden();
  if (!who->of) co_return conflict("conflict", "Nothing is owed.");
  if (sum) command.sum = sum->value;
  command.organisation = who->at;
  command.whose = *who->of;
  if (who->account) command.account = who->account->id;
  const std::string principal =
      who->account ? "account:" + to_string(who->account->id) : "space:" + to_string(who->of->id);
  const order_answer answer{who->at, with.house.orders, with.house.secret, reader::known};
  auto run = [&with, &command, &answer](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    command.answer = answer.to_keep(std::move(prefilled));
    auto placed = co_await checkout::repay(with.checkout, std::move(command));
    if (!placed) co_return placed.error();
    co_return std::move(placed->answer);
  };
  co_return co_await with.house.idempotent.once(in, who->at, principal, std::move(run), answer.again());
}

asio::awaitable<response> post_repay(unpaid_order_services& with, request& in) {
  return place(with, in, wish::repay);
}

asio::awaitable<response> post_top_up(unpaid_order_services& with, request& in) {
  return place(with, in, wish::top_up);
}

} // namespace

void add_repay_routes(router& to, unpaid_order_services& services) {
  const std::string base = "/api/v1/me/orgs/{org}/wallet";
  auto repay = space_route("repay_balance");
  repay.idempotent = true;
  auto top_up = space_route("top_up_balance");
  top_up.idempotent = true;
  to.add(verb::post, base + "/repay", bind<post_repay>(services), repay);
  to.add(verb::post, base + "/top-up", bind<post_top_up>(services), top_up);
}

} // namespace foyer::http::buyer
