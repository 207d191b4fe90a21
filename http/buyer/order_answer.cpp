#include "http/buyer/order_answer.hpp"

#include "actors/runtime/ask.hpp"

namespace foyer::http::buyer {

namespace asio = boost::asio;

checkout::answer_to_keep order_answer::to_keep(idempotency_row prefilled) const {
  checkout::answer_to_keep out;
  if (!prefilled.id.is_nil()) out.row = std::move(prefilled);
  out.render = [at = at_, &secret = secret_, who = who_](const order::state& of) {
    return order_json(of, *at, secret, who);
  };
  out.render_kept = [at = at_, who = who_](const order::state& of) {
    return order_json_without_codes(of, *at, who);
  };
  return out;
}

idempotency::recall order_answer::again() const {
  return [at = at_, &orders = orders_, &secret = secret_,
          who = who_](order::stored_answer kept) -> asio::awaitable<outcome<std::string>> {
    if (!kept.order) co_return with_codes(kept.answer, secret);
    auto found = co_await runtime::await_reply<order::state>(
        [&](reply<order::state> back) { orders.load_order(*kept.order, std::move(back)); });
    if (!found) co_return found.error();
    co_return order_json(order::as_placed(std::move(*found)), *at, secret, who);
  };
}

} // namespace foyer::http::buyer
