#include "bench/remote_house.hpp"

#include "actors/vocabulary/encode.hpp"
#include "actors/vocabulary/secret.hpp"
#include "bench/failure.hpp"
#include "bench/people.hpp"
#include "bench/scenario.hpp"

#include <boost/json/serialize.hpp>

#include <array>

namespace foyer::bench {

namespace json = boost::json;

namespace {

// Two runs at once, on one server, must not take each other's clients.
std::string fresh_tag() {
  std::array<std::uint8_t, 5> random{};
  fill_random(random);
  return "foyer-bench-" + in_hex(random);
}

std::string new_client_body(const person& who, std::size_t number, const std::string& tag) {
  // A domain at which nobody receives mail (RFC 2606), and no two clients with one address.
  const auto email = tag + "-" + std::to_string(number) + "@bench.example";
  const json::object body{
      {"responsible",
       {{"first_name", who.first_name}, {"last_name", who.last_name}, {"birth_date", "1980-05-17"}}},
      {"email", email},
      {"tags", json::array{json::value(tag)}},
      {"send_notification", false}};
  return json::serialize(body);
}

std::string top_up_body(const std::string& currency) {
  const json::object body{{"kind", "top_up"},
                          {"amount", {{"amount", remote_house::credit_each}, {"currency", currency}}},
                          {"reason", "foyer-bench"}};
  return json::serialize(body);
}

} // namespace

remote_house::remote_house(const remote_api& api, std::string token, std::uint64_t seed)
    : api_{api}, token_{std::move(token)}, seed_{seed}, tag_{fresh_tag()} {}

void remote_house::make_clients(const wishes& wanted, progress& show, const std::atomic<bool>& stop) {
  clients_.resize(wanted.clients);
  for_each_of(
      wanted.clients, [&](std::size_t i) { make_one(i, wanted); },
      [&](std::size_t done) {
        show.live("made " + std::to_string(done) + " of " + std::to_string(wanted.clients) +
                  " clients, tag " + tag_);
      },
      stop);
}

void remote_house::make_one(std::size_t number, const wishes& wanted) {
  auto& made = clients_[number];
  const auto body = new_client_body(person_of(seed_, number + 1), number + 1, tag_);
  made.household =
      text_at(api_.must({"POST", api_.staff("households"), token_, body, {}, 201}, "making a client"), "id");
  if (wanted.credit)
    api_.must({"POST", api_.staff("wallets/" + made.household + "/entries"), token_,
               top_up_body(api_.currency()), tag_ + "-" + std::to_string(number), 201},
              "crediting a client");
  if (!wanted.session) return;
  made.who.key =
      text_at(api_.must({"POST", api_.staff("households/" + made.household + "/key"), token_, {}, {}, 201},
                        "making a client's unique key"),
              "key");
  const json::object key{{"key", made.who.key}, {"mode", "token"}};
  made.who.token =
      text_at(api_.must({"POST", api_.base() + "/space-sessions", {}, json::serialize(key), {}, 201},
                        "opening my space by a client's key"),
              "token");
}

std::string remote_house::make_offer(const std::string& shop) {
  offer_ =
      text_at(api_.must({"POST", api_.staff("offers"), token_, offer_body(api_.currency(), shop), {}, 201},
                        "making an offer to sell"),
              "id");
  return offer_;
}

void remote_house::put_away(progress& show) noexcept {
  try {
    // Also when the run was interrupted.
    const std::atomic<bool> never{false};
    if (!offer_.empty())
      api_.must({"DELETE", api_.staff("offers/" + offer_), token_, {}, {}, 204}, "archiving the offer");
    offer_.clear();
    for_each_of(
        clients_.size(),
        [&](std::size_t i) {
          if (clients_[i].household.empty()) return;
          api_.must({"POST", api_.staff("households/" + clients_[i].household + "/archive"), token_, {}, {}},
                    "archiving a client");
          clients_[i].household.clear();
        },
        [&](std::size_t done) { show.live("archived " + std::to_string(done) + " clients"); }, never);
  } catch (const std::exception& error) {
    show.say(std::string{"what the run made is still there, with the tag "} + tag_ + ": " + error.what());
  }
}

} // namespace foyer::bench
