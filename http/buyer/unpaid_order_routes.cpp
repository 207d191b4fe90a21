#include "http/buyer/unpaid_order_routes.hpp"

#include "http/bind.hpp"
#include "http/buyer/find_orders.hpp"
#include "http/buyer/order_answer.hpp"
#include "http/buyer/order_form.hpp"
#include "http/json/reader.hpp"
#include "http/problem.hpp"

namespace foyer::http::buyer {
namespace {

namespace asio = boost::asio;

constexpr std::size_t lines_max = 50;

// Whose idempotency key it is. A session that shows one order alone has keys of its own: who holds it may not
// be the household.
std::string principal_of(const visitor& who) {
  if (who.account) return "account:" + to_string(who.account->id);
  if (who.only_order) return "order:" + to_string(*who.only_order);
  return "space:" + to_string(who.of->id);
}

asio::awaitable<response> pay_order(unpaid_order_services& with, request& in) {
  auto who = co_await visitor_of(with.house, in);
  if (!who) co_return problem_of(who.error());
  auto mine = co_await order_of(with.house, *who, in);
  if (!mine) co_return problem_of(mine.error());
  json::reader form(in);
  const auto method = read_method(*form, "method");
  if (auto bad = form.finish()) co_return *bad;
  checkout::pay_order command;
  command.organisation = who->at;
  command.id = mine->id;
  command.method = method;
  if (who->of) command.payer = who->of->id;
  command.by = who->origin();
  const order_answer answer{who->at, with.house.orders, with.house.secret, reader_of(*who)};
  auto pay = [&with, &command, &answer](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    command.answer = answer.to_keep(std::move(prefilled));
    auto paid = co_await checkout::pay(with.checkout, std::move(command));
    if (!paid) co_return paid.error();
    co_return std::move(paid->answer);
  };
  co_return co_await with.house.idempotent.once(in, who->at, principal_of(*who), std::move(pay),
                                                answer.again());
}

// S8: what was paid is given back until the offer's deadline, to the wallet; by those whose household it is.
asio::awaitable<outcome<checkout::placed>> give_back(unpaid_order_services& with, const visitor& who,
                                                     const order::state& mine, std::vector<line_id> lines,
                                                     checkout::answer_to_keep answer) {
  if (!who.of || mine.household != who.of->id) co_return errc::forbidden;
  checkout::refund_order command;
  command.organisation = who.at;
  command.number = mine.number;
  command.lines = std::move(lines);
  command.reason = "buyer";
  command.buyer = who.origin();
  command.answer = std::move(answer);
  co_return co_await checkout::refund(with.checkout, std::move(command));
}

asio::awaitable<outcome<checkout::placed>> cancel(unpaid_order_services& with, const visitor& who,
                                                  const order::state& mine, std::vector<line_id> lines,
                                                  checkout::answer_to_keep answer) {
  if (mine.status == order::status::paid)
    co_return co_await give_back(with, who, mine, std::move(lines), std::move(answer));
  if (!lines.empty()) co_return errc::too_late; // what awaits payment is cancelled whole
  checkout::cancel_order command;
  command.organisation = who.at->id;
  command.id = mine.id;
  command.reason = "buyer";
  command.by = who.origin();
  command.answer = std::move(answer);
  co_return co_await checkout::cancel(with.checkout, std::move(command));
}

asio::awaitable<response> cancel_order(unpaid_order_services& with, request& in) {
  auto who = co_await visitor_of(with.house, in);
  if (!who) co_return problem_of(who.error());
  auto mine = co_await order_of(with.house, *who, in);
  if (!mine) co_return problem_of(mine.error());
  std::vector<line_id> lines;
  if (!in.body.empty()) {
    json::reader form(in);
    if (form->has("lines"))
      for (const auto& each : form->uuids("lines", {.min = 1, .max = lines_max})) lines.emplace_back(each);
    if (auto bad = form.finish()) co_return *bad;
  }
  const order_answer answer{who->at, with.house.orders, with.house.secret, reader_of(*who)};
  auto run = [&](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    auto kept = answer.to_keep(std::move(prefilled));
    auto done = co_await cancel(with, *who, *mine, std::move(lines), std::move(kept));
    if (!done) co_return done.error();
    co_return std::move(done->answer);
  };
  co_return co_await with.house.idempotent.once_if_asked(in, who->at, principal_of(*who), std::move(run),
                                                         answer.again(), 200);
}

} // namespace

void add_unpaid_order_routes(router& to, unpaid_order_services& services) {
  const std::string base = "/api/v1/me/orgs/{org}/orders/{number}";
  auto pay = space_route("pay_order");
  pay.idempotent = true;
  to.add(verb::post, base + "/pay", bind<pay_order>(services), pay);
  to.add(verb::post, base + "/cancel", bind<cancel_order>(services), space_route("cancel_order"));
}

} // namespace foyer::http::buyer
