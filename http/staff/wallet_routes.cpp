#include "http/staff/wallet_routes.hpp"

#include "http/bind.hpp"
#include "http/entries_page.hpp"
#include "http/household_json.hpp"
#include "http/json/reader.hpp"
#include "http/staff/staff_request.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using wallet::entry_kind;

constexpr std::size_t reason_max = 500;

std::string entry_json(const wallet::entry& of, const currency& unit) {
  std::string body;
  json::writer out(body);
  append_entry(out, of, unit, true);
  return body;
}

asio::awaitable<response> get_wallet(house_services& with, const staff_request& by,
                                     const household::state& of, request&) {
  auto purse = co_await ask_entity(with.wallets, of.id, wallet::get_view{});
  if (!purse) co_return problem_of(purse.error());
  co_return json_response(200, wallet_json(*purse, by.unit(), by.at->options.floor_of(by.role)));
}

asio::awaitable<response> list_entries(house_services& with, const staff_request& by,
                                       const household::state& of, request& in) {
  co_return co_await entries_page(with, in, of.organisation, of.id, by.unit(), true);
}

// The account on the other side (double entry).
std::string counter_account(entry_kind kind) {
  switch (kind) {
  case entry_kind::top_up: return "cash";
  case entry_kind::refund: return "sales";
  default: return "adjustment";
  }
}

// What staff typed, as a command; `given` is the sum with its currency.
wallet::record read_entry(const json::object& form, const staff_request& by, money& given) {
  constexpr entry_kind kinds[] = {entry_kind::top_up, entry_kind::adjustment, entry_kind::refund};
  wallet::record out;
  out.kind = kinds[form.choice("kind", {"top_up", "adjustment", "refund"})];
  given = form.money("amount");
  const bool sent = form.has("amount") && !form.is_null("amount");
  if (sent && (given.value == 0 || (given.value < 0 && out.kind != entry_kind::adjustment)))
    form.note("amount", "out_of_range");
  out.change = given.value;
  out.reason = form.text("reason", {.max = reason_max});
  if (form.boolean_or("allow_negative", false)) out.staff_floor = by.at->options.floor_of(by.role);
  out.organisation = by.at->id;
  out.counter_account = counter_account(out.kind);
  out.by = by.origin();
  out.id = entry_id{by.fresh_id()};
  return out;
}

asio::awaitable<response> post_entry(house_services& with, const staff_request& by,
                                     const household::state& of, request& in) {
  json::reader form(in);
  money given;
  auto command = read_entry(*form, by, given);
  if (auto bad = form.finish()) co_return *bad;
  if (given.unit != by.unit()) co_return problem_of(errc::currency_mismatch);
  auto audit = by.audit("wallet.entry", "wallet", of.id.value);
  audit.after = "{\"kind\":\"" + std::string{to_string(command.kind)} +
                "\",\"amount\":" + std::to_string(command.change) + ",\"entry_id\":\"" +
                to_string(command.id) + "\"}";
  command.rows.cold.emplace_back(std::move(audit));
  const auto unit = by.unit();
  auto run = [&with, &command, whose = of.id,
              unit](idempotency_row prefilled) -> asio::awaitable<outcome<std::string>> {
    command.idempotency = std::move(prefilled);
    command.render = [unit](const wallet::entry& made) { return entry_json(made, unit); };
    auto made = co_await ask_entity(with.wallets, whose, std::move(command));
    if (!made) co_return made.error();
    co_return entry_json(*made, unit);
  };
  co_return co_await with.idempotent.once(in, by.at, by.principal(), std::move(run));
}

} // namespace

void add_wallet_routes(router& to, house_services& with) {
  const std::string one = "/api/v1/orgs/{org}/staff/wallets/{household}";
  to.add(verb::get, one, bind_client<get_wallet>(with), staff_route("staff_get_wallet", client_readers));
  to.add(verb::get, one + "/entries", bind_client<list_entries>(with),
         staff_route("staff_list_entries", client_readers));
  to.add(verb::post, one + "/entries", bind_client<post_entry>(with),
         staff_route("staff_create_entry", client_writers, true));
}

} // namespace foyer::http::staff
