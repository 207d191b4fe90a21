#include "http/buyer/shop_routes.hpp"

#include "actors/vocabulary/email.hpp"
#include "http/buyer/order_answer.hpp"
#include "http/buyer/order_form.hpp"
#include "http/caller.hpp"
#include "http/json/writer.hpp"
#include "http/organisation_of.hpp"
#include "http/problem.hpp"

#include <algorithm>

namespace foyer::http::buyer {
namespace {

namespace asio = boost::asio;
using runtime::await_reply;

// Who buys: a my-space session of this organisation, an account, or a guest. Returns the principal of the
// idempotency key.
std::string fill_in_caller(const request& in, checkout::place_order& command) {
  const auto* who = caller_of(in);
  command.locale = command.organisation->locale;
  // A session that shows one order alone is no key to the household's money.
  const bool space = who != nullptr && who->space_household && !who->space_order;
  if (space && who->space_organisation == command.organisation->id) {
    command.household = who->space_household;
    return "space:" + to_string(*who->space_household);
  }
  if (const auto* account = account_of(in)) {
    command.account = account->id;
    command.locale = account->locale;
    command.buyer.email = account->email;
    command.buyer.first_name = account->first_name;
    command.buyer.last_name = account->last_name;
    command.buyer.birth_date = account->birth_date;
    return "account:" + to_string(account->id);
  }
  return "guest";
}

// A program that shows a token means to be somebody: when the session is over it is told so, and does not
// become a guest by surprise.
bool session_is_over(const request& in) {
  return in.bearer() && caller_of(in) == nullptr;
}

problem problem_at(const refusal& why, const organisation::snapshot& at) {
  return problem_of(why, at.unit);
}

std::string quote_json(const checkout::quote& of, const organisation::snapshot& at,
                       const organisation::shop& shop) {
  std::string body;
  json::writer out(body);
  out.begin_object().key("lines").begin_array();
  for (const auto& line : of.lines)
    out.begin_object()
        .field("offer_id", line.offer)
        .field_if("rate_id", line.rate)
        .field("title", line.title)
        .field("quantity", line.quantity)
        .field("unit_price", money{line.unit_price, at.unit})
        .field("vat_basis_points", line.vat_basis_points)
        .field("total", money{line.unit_price * line.quantity, at.unit})
        .end_object();
  out.end_array().field("total", money{of.total, at.unit}).key("payment_methods").begin_array();
  // W4: the client account is the first method wherever something is available.
  const auto& taken = shop.payment_methods;
  if (of.available &&
      std::find(taken.begin(), taken.end(), organisation::payment_method::wallet) != taken.end())
    out.begin_object()
        .field("method", "wallet")
        .field("available", money{*of.available, at.unit})
        .field("covers", money{std::min(*of.available, of.total), at.unit})
        .end_object();
  for (const auto method : taken) {
    if (method == organisation::payment_method::wallet) continue;
    out.begin_object().field("method", organisation::to_string(method)).end_object();
  }
  out.end_array().field("account_required", of.account_required).key("missing_answers").begin_array();
  for (const auto& missing : of.missing_answers) out.value(missing.field);
  out.end_array().end_object();
  return body;
}

struct at_shop {
  organisation::snapshot_ptr organisation;
  const organisation::shop* shop = nullptr;
};

asio::awaitable<outcome<at_shop>> shop_of(shop_services& with, const request& in) {
  auto at = co_await organisation_of(with.organisations, in);
  if (!at) co_return at.error();
  const auto* shop = (*at)->find_shop(in.parameter("shop"));
  if (shop == nullptr || shop->box_office) co_return errc::not_found;
  co_return at_shop{*at, shop};
}

// What a guest may hold without having shown who they are: nobody vouches for an address that was typed, and
// an unpaid order keeps its places for days.
class guest_order {
public:
  guest_order(const request& in, const checkout::place_order& command)
      : client_(client_key(in.remote_address)), email_(email_key_of(command.buyer.email)),
        places_(places_in(command)) {}

  static std::int64_t places_in(const checkout::place_order& command) {
    std::int64_t sum = 0;
    for (const auto& line : command.lines) sum += line.quantity;
    return sum;
  }

  /// Counts it. Set: 429, nothing was counted.
  std::optional<refusal> take(http::throttle& from) {
    auto wait = from.take(budget::guest_places, client_, at_, places_);
    if (!wait) {
      wait = from.take(budget::guest_orders, email_, at_);
      if (wait) from.give_back(budget::guest_places, client_, at_, places_);
    }
    if (!wait) return std::nullopt;
    refusal why{errc::rate_limited};
    why.retry_after_seconds = wait->count();
    return why;
  }
  /// Nothing is held: it was refused.
  void give_back(http::throttle& to) const {
    to.give_back(budget::guest_places, client_, at_, places_);
    to.give_back(budget::guest_orders, email_, at_);
  }

private:
  static std::string email_key_of(const std::string& typed) {
    const auto address = parse_email(typed);
    return address ? address->key : typed;
  }

  std::string client_;
  std::string email_;
  std::int64_t places_;
  throttle::steady::time_point at_ = throttle::steady::now();
};

std::optional<problem> refuse_many_places(const shop_services& with, const checkout::place_order& command) {
  const auto max = with.settings.guest_places_max;
  if (guest_order::places_in(command) <= max) return std::nullopt;
  return problem_of(refusal{errc::order_limit_exceeded,
                            "Without an account an order takes " + std::to_string(max) + " places at most."});
}

asio::awaitable<response> post_quote(shop_services& with, request& in) {
  auto where = co_await shop_of(with, in);
  if (!where) co_return problem_of(where.error());
  if (session_is_over(in)) co_return not_authenticated();
  checkout::place_order command;
  command.organisation = where->organisation;
  command.shop = where->shop;
  const auto principal = fill_in_caller(in, command);
  json::reader form(in);
  read_order(*form, command);
  if (auto bad = form.finish()) co_return *bad;
  if (principal == "guest")
    if (auto refused = refuse_many_places(with, command)) co_return *refused;
  auto asked = co_await checkout::ask_price(with.checkout, std::move(command));
  if (!asked) co_return problem_at(asked.error(), *where->organisation);
  co_return json_response(200, quote_json(*asked, *where->organisation, *where->shop));
}

asio::awaitable<response> post_order(shop_services& with, request& in) {
  auto where = co_await shop_of(with, in);
  if (!where) co_return problem_of(where.error());
  if (session_is_over(in)) co_return not_authenticated();
  checkout::place_order command;
  command.organisation = where->organisation;
  command.shop = where->shop;
  auto principal = fill_in_caller(in, command);
  json::reader form(in);
  read_order(*form, command);
  const bool guest = principal == "guest";
  if (guest && !command.buyer_given) form->note("buyer", "required");
  if (auto bad = form.finish()) co_return *bad;
  std::optional<guest_order> counted;
  if (guest) {
    if (auto refused = refuse_many_places(with, command)) co_return *refused;
    counted.emplace(in, command);
    // Two guests may have chosen the same key: the address that they typed tells them apart.
    principal += ":" + command.buyer.email;
  }
  const order_answer answer{where->organisation, with.checkout.orders, with.secret,
                            guest ? reader::unproven : reader::known};
  auto place = [&with, &command, &counted,
                &answer](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    if (counted)
      if (auto why = counted->take(with.throttle)) co_return *why;
    command.answer = answer.to_keep(std::move(prefilled));
    auto placed = co_await checkout::place(with.checkout, std::move(command));
    if (!placed && counted) counted->give_back(with.throttle);
    if (!placed) co_return placed.error();
    co_return std::move(placed->answer);
  };
  co_return co_await with.idempotent.once(in, where->organisation, std::move(principal), std::move(place),
                                          answer.again());
}

template <asio::awaitable<response> (*Handle)(shop_services&, request&)>
handler bind(shop_services& with) {
  return [&with](request& in) { return Handle(with, in); };
}

} // namespace

void add_shop_routes(router& to, shop_services& services) {
  to.add(verb::post, "/api/v1/orgs/{org}/shops/{shop}/quotes", bind<post_quote>(services),
         {.operation = "create_quote", .access = access::anybody, .group = "buyer"});
  to.add(verb::post, "/api/v1/orgs/{org}/shops/{shop}/orders", bind<post_order>(services),
         {.operation = "create_order", .access = access::anybody, .idempotent = true, .group = "buyer"});
}

} // namespace foyer::http::buyer
