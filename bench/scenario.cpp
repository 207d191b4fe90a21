#include "bench/scenario.hpp"

#include <algorithm>
#include <chrono>
#include <random>

namespace foyer::bench {

namespace {

// The most that an offer may have, and more than a run of a quarter of an hour sells.
constexpr std::string_view capacity = "10000000";
constexpr std::string_view rush_price = "2500";
constexpr std::string_view wallet_price = "1";

std::string order_body(const std::string& offer) {
  return R"({"lines":[{"offer_id":")" + offer + R"(","quantity":1}],"payments":[{"method":"wallet"}]})";
}

} // namespace

std::vector<std::string> read_targets(const target& where) {
  const auto mine = "/api/v1/me/orgs/" + where.organisation;
  return {mine + "/wallet", mine + "/household"};
}

load_plan plan_of(const options& wanted, const target& where, std::size_t repeat) {
  load_plan plan;
  plan.host = where.server.host;
  plan.port = where.server.port;
  plan.warm_up = wanted.warm_up;
  plan.duration = wanted.duration;
  load_stream stream;
  stream.name = name_of(wanted.what);
  stream.connections = wanted.connections;
  stream.rate = wanted.rate;
  stream.callers = where.callers;
  // mt19937_64 is the same everywhere, std::shuffle is not; so the few lines of Fisher and Yates stand here.
  std::mt19937_64 random{wanted.seed + repeat};
  for (std::size_t i = stream.callers.size(); i > 1; --i)
    std::swap(stream.callers[i - 1], stream.callers[random() % i]);
  // Microseconds of the clock: a later call of the program on the same server must not repeat keys.
  plan.key_high = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                                 std::chrono::system_clock::now().time_since_epoch())
                                                 .count());
  const auto& host = where.server.host_header;
  if (wanted.what == scenario::read) {
    for (const auto& each : read_targets(where))
      stream.shapes.push_back(request_shape::make("GET", each, host, {}, false));
  } else {
    const auto orders = "/api/v1/orgs/" + where.organisation + "/shops/" + where.shop + "/orders";
    stream.shapes = {request_shape::make("POST", orders, host, order_body(where.offer), true)};
  }
  plan.streams.push_back(std::move(stream));
  return plan;
}

std::string offer_body(scenario which) {
  std::string body =
      R"({"kind":"ticket","title":{"fr":"Soirée d'ouverture","en":"Opening night"},"price":{"amount":)";
  body += which == scenario::wallet ? wallet_price : rush_price;
  return body.append(R"(,"currency":"EUR"},"shops":["online"],"capacity":)").append(capacity).append("}");
}

} // namespace foyer::bench
