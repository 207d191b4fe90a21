#include "http/public/space_routes.hpp"

#include "actors/runtime/ask.hpp"
#include "actors/vocabulary/email.hpp"
#include "actors/vocabulary/json_text.hpp"
#include "http/account_flow.hpp"
#include "http/account_json.hpp"
#include "http/bind.hpp"
#include "http/buyer/order_json.hpp"
#include "http/buyer/qr_svg.hpp"
#include "http/json/reader.hpp"
#include "http/organisation_of.hpp"
#include "http/problem.hpp"
#include "http/unique_key.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace foyer::http {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

struct door {
  std::string key;
  std::string order_number;
  std::string email_key;
  std::string code;
  bool token_mode = false;
};

door read_door(const json::object& form) {
  door out;
  out.token_mode = form.optional_choice("mode", {"cookie", "token"}).value_or(0) == 1;
  if (form.has("key")) {
    out.key = form.text("key", {.max = 64});
    return out;
  }
  out.order_number = form.text("order_number", {.max = 32});
  for (auto& c : out.order_number) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  const auto typed = form.text("email", {.max = 254});
  const auto address = parse_email(typed);
  if (address) out.email_key = address->key;
  if (!address && !typed.empty()) form.note("email", "invalid");
  out.code = form.optional_text("code", {.min = 8, .max = 8}).value_or("");
  return out;
}

asio::awaitable<response> open(space_services& with, const request& in, session::space what,
                               bool token_mode) {
  auto device = session::device_of(in.header("user-agent").value_or(""));
  std::string address{in.remote_address};
  auto opened = co_await await_reply<session::fresh>([&](reply<session::fresh> back) {
    with.accounts.sessions.open_space(what, std::move(device), std::move(address), std::move(back));
  });
  if (!opened) co_return problem_of(opened.error());
  co_return co_await opened_response(with.accounts, std::move(*opened), token_mode);
}

response not_opened() {
  return problem_of(refusal{errc::space_not_opened});
}

asio::awaitable<outcome<household::state>> household_of_key(space_services& with, const std::string& key) {
  const auto hash = key_hash(key);
  auto found = co_await await_reply<household::maybe_id>(
      [&](reply<household::maybe_id> back) { with.house.households.find_by_key(hash, std::move(back)); });
  if (!found) co_return found.error();
  if (!*found) co_return errc::space_not_opened;
  const auto whose = **found;
  auto of = co_await ask_entity(with.house.households, whose, household::get_view{});
  if (!of) co_return of.error();
  // A key of a former version is dead, whatever the table still has.
  const auto right = with.house.secret.unique_key(of->id, of->key_version);
  if (!equal_in_constant_time(key, right)) co_return errc::space_not_opened;
  co_return of;
}

asio::awaitable<response> open_by_key(space_services& with, const request& in, organisation::snapshot_ptr at,
                                      door typed) {
  const auto key = typed_key(typed.key);
  if (!key) co_return not_opened();
  auto of = co_await household_of_key(with, *key);
  if (!of && of.error().code == errc::unavailable) co_return problem_of(of.error());
  if (!of || of->organisation != at->id) co_return not_opened();
  const session::space what{at->id, of->id, std::nullopt, of->key_version};
  co_return co_await open(with, in, what, typed.token_mode);
}

/// What a number and an address point to.
struct pointed {
  order::state order;
  household::state of;
};

// not_found on every miss, after the same questions.
asio::awaitable<outcome<pointed>> find_pointed(space_services& with, organisation::snapshot_ptr at,
                                               const door& typed) {
  auto found = co_await await_reply<order::state>([&](reply<order::state> back) {
    with.house.orders.load_order(at->id, typed.order_number, std::move(back));
  });
  if (!found) co_return found.error();
  if (!found->household) co_return errc::not_found;
  const auto whose = *found->household;
  auto of = co_await ask_entity(with.house.households, whose, household::get_view{});
  if (!of) co_return of.error();
  if (of->organisation != at->id || of->email_key.empty()) co_return errc::not_found;
  if (of->email_key != typed.email_key) {
    // The order may have come from a household that went into this one, and that had another address.
    auto had = co_await await_reply<bool>([&](reply<bool> back) {
      with.house.merges.had_address(at->id, whose, typed.email_key,
                                    [back](outcome<bool> told) { back(std::move(told)); });
    });
    if (!had) co_return had.error();
    if (!*had) co_return errc::not_found;
  }
  co_return pointed{std::move(*found), std::move(*of)};
}

// Writes a fresh code and its mail; earlier codes die.
void mail_code(space_services& with, const household::state& to, time_point now) {
  if (with.accounts.throttle.take(budget::mails, to.email_key, throttle::steady::now())) return;
  const auto unix_ms = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  token_row token;
  token.id = token_id{new_uuid(unix_ms)};
  token.purpose = token_purpose::space_code;
  token.hash = sha256(with.house.secret.token(token.id));
  token.organisation = to.organisation;
  token.household = to.id;
  token.created_at = now;
  token.expires_at = now + with.settings.space_code;
  mail_row mail;
  mail.id = mail_id{new_uuid(unix_ms)};
  mail.organisation = to.organisation;
  mail.template_name = "space_code";
  mail.locale = to.locale;
  mail.to_address = to.email;
  json_object params;
  if (const auto* person = to.responsible_member()) {
    mail.to_name = person->first_name + ' ' + person->last_name;
    params.add("first_name", person->first_name);
  }
  mail.params = params.add("token_id", to_string(token.id)).text();
  mail.priority = mail_priority::security;
  mail.at = now;
  mail.household = to.id;
  commit rows;
  rows.cold.emplace_back(tokens_replaced{token_purpose::space_code, std::nullopt, to.id});
  rows.cold.emplace_back(std::move(token));
  rows.mails.push_back(std::move(mail));
  with.journal.append(std::move(rows), [](const commit_outcome&) {});
}

asio::awaitable<void> send_code(space_services& with, organisation::snapshot_ptr at, door typed,
                                time_point now) {
  const auto what = co_await find_pointed(with, at, typed);
  if (what) mail_code(with, what->of, now);
}

asio::awaitable<commit_status> append(space_services& with, cold_row what) {
  auto became = co_await await_reply<commit_status>([&](reply<commit_status> back) {
    commit rows;
    rows.cold.push_back(std::move(what));
    with.journal.append(std::move(rows), [back](const commit_outcome& told) { back(told.status); });
  });
  co_return became ? *became : commit_status::lost;
}

// Whether the code is the one that was mailed. Each try is counted, and a right one is used up.
asio::awaitable<outcome<done>> check_code(space_services& with, const household_id& whose,
                                          const std::string& typed, time_point now) {
  using maybe_code = std::optional<household::space_code>;
  auto found = co_await await_reply<maybe_code>(
      [&](reply<maybe_code> back) { with.house.households.find_space_code(whose, std::move(back)); });
  if (!found) co_return found.error();
  if (!*found || (*found)->expires_at <= now) co_return errc::space_not_opened;
  const auto id = (*found)->id;
  if (!equal_in_constant_time(typed, with.house.secret.code(id))) {
    cold_row failed = token_code_failed{id, static_cast<int>(with.settings.code_tries)};
    const auto counted = co_await append(with, std::move(failed));
    co_return counted == commit_status::lost ? errc::unavailable : errc::space_not_opened;
  }
  cold_row used = token_used{id};
  const auto became = co_await append(with, std::move(used));
  if (became == commit_status::committed) co_return done{};
  co_return became == commit_status::lost ? errc::unavailable : errc::space_not_opened;
}

/// Holds the only check of a household's code.
class checking {
public:
  checking(codes_in_check& all, const household_id& whose)
      : all_(all), whose_(whose), entered_(all.enter(whose_)) {}
  checking(const checking&) = delete;
  checking& operator=(const checking&) = delete;
  ~checking() {
    if (entered_) all_.leave(whose_);
  }
  [[nodiscard]] bool entered() const noexcept { return entered_; }

private:
  codes_in_check& all_;
  household_id whose_;
  bool entered_;
};

asio::awaitable<response> open_by_code(space_services& with, const request& in, pointed what, door typed,
                                       time_point now) {
  const checking only{with.codes, what.of.id};
  if (!only.entered()) co_return rate_limited(std::chrono::seconds{1});
  auto right = co_await check_code(with, what.of.id, typed.code, now);
  if (!right) co_return problem_of(right.error());
  const session::space shown{what.of.organisation, what.of.id, std::nullopt};
  co_return co_await open(with, in, shown, typed.token_mode);
}

// H3: whoever typed an address as a guest may not own it. Then the number opens that order alone.
bool is_unproven(const order::state& of, const organisation::snapshot& at) {
  const auto* shop = at.find_shop(of.shop);
  return !of.account && (shop == nullptr || !shop->box_office);
}

asio::awaitable<response> open_by_number(space_services& with, const request& in,
                                         organisation::snapshot_ptr at, door typed) {
  const auto now = with.house.clock.now();
  if (typed.code.empty() && !at->options.order_number_door_open) {
    // Answered before anything is looked up: the time tells no more than the words.
    const auto executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, send_code(with, at, std::move(typed), now), asio::detached);
    co_return json_response(202, R"({"status":"code_sent"})");
  }
  auto what = co_await find_pointed(with, at, typed);
  if (!what && what.error().code == errc::unavailable) co_return problem_of(what.error());
  if (!typed.code.empty()) {
    if (!what) co_return not_opened();
    co_return co_await open_by_code(with, in, std::move(*what), std::move(typed), now);
  }
  if (!what) co_return not_opened();
  session::space shown{at->id, what->of.id, std::nullopt};
  if (is_unproven(what->order, *at)) shown = {at->id, std::nullopt, what->order.id};
  co_return co_await open(with, in, shown, typed.token_mode);
}

asio::awaitable<response> open_space(space_services& with, request& in) {
  auto at = co_await organisation_of(with.house.organisations, in);
  if (!at) co_return problem_of(at.error());
  json::reader form(in);
  auto typed = read_door(*form);
  if (auto bad = form.finish()) co_return *bad;
  if (!(*at)->customer_space_open()) co_return problem_of(refusal{errc::space_closed});
  // Counted before the check; what opens is no failure.
  auto& throttle = with.accounts.throttle;
  const auto now = throttle::steady::now();
  const auto client = client_key(in.remote_address);
  if (const auto wait = throttle.take(budget::space_attempts, client, now)) co_return rate_limited(*wait);
  const auto number = to_string((*at)->id) + typed.order_number;
  if (!typed.order_number.empty())
    if (const auto wait = throttle.take(budget::space_numbers, number, now)) co_return rate_limited(*wait);
  const bool by_key = !typed.key.empty();
  response answer;
  if (by_key)
    answer = co_await open_by_key(with, in, *at, std::move(typed));
  else
    answer = co_await open_by_number(with, in, *at, std::move(typed));
  if (answer.status == 201) {
    throttle.give_back(budget::space_attempts, client, now);
    if (!by_key) throttle.give_back(budget::space_numbers, number, now);
  }
  co_return answer;
}

asio::awaitable<response> post_space_session(space_services& with, request& in) {
  return refuse_late(open_space(with, in));
}

// More than anybody shows at the door from one order's page; the rest open in my space.
constexpr std::size_t pictures_max = 50;

// The order with its tickets' QR codes: whoever has this link may have no other door to them.
std::string order_with_pictures(const order::state& of, const organisation::snapshot& at,
                                const server_secret& secret) {
  auto body = buyer::order_json(of, at, secret, buyer::reader::unproven);
  body.back() = ',';
  body += "\"pictures\":";
  json::writer out(body);
  out.begin_object();
  for (std::size_t i = 0; i < std::min(of.tickets.size(), pictures_max); ++i) {
    const auto& ticket = of.tickets[i];
    if (ticket.status == order::ticket_status::valid)
      out.field(to_string(ticket.id), buyer::qr_svg(secret.ticket_code(ticket.id, ticket.offer)));
  }
  out.end_object();
  return body + '}';
}

// S7: the link in an order's mail opens that order, whatever the customer space is set to.
asio::awaitable<response> post_order_link(space_services& with, request& in) {
  auto at = co_await organisation_of(with.house.organisations, in);
  if (!at) co_return problem_of(at.error());
  json::reader form(in);
  const auto number = form->text("number", {.max = 32});
  const auto token = form->text("token", {.max = 64});
  if (auto bad = form.finish()) co_return *bad;
  auto found = co_await await_reply<order::state>(
      [&](reply<order::state> back) { with.house.orders.load_order((*at)->id, number, std::move(back)); });
  if (!found) co_return problem_of(found.error());
  if (!equal_in_constant_time(token, with.house.secret.token(token_id{found->id.value})))
    co_return not_found();
  co_return json_response(200, order_with_pictures(*found, **at, with.house.secret));
}

} // namespace

void add_space_routes(router& to, space_services& with) {
  to.add(verb::post, "/api/v1/orgs/{org}/space-sessions", bind<post_space_session>(with),
         {.operation = "open_space_session", .access = access::anybody, .group = "public"});
  to.add(verb::post, "/api/v1/orgs/{org}/order-links", bind<post_order_link>(with),
         {.operation = "open_order_link", .access = access::anybody, .group = "public"});
}

} // namespace foyer::http
