#include "bench/visitors.hpp"

#include "actors/vocabulary/encode.hpp"
#include "bench/failure.hpp"
#include "bench/http_call.hpp"
#include "bench/seed.hpp"

#include <boost/json/parse.hpp>

namespace foyer::bench {

namespace {

std::string must_text(const http_answer& answer, const char* what, const char* key) {
  boost::system::error_code error;
  const auto body = boost::json::parse(answer.body, error);
  const auto* found = error || !body.is_object() ? nullptr : body.as_object().if_contains(key);
  if (answer.status != 201 || found == nullptr || !found->is_string())
    throw failure{std::string{what} + " was answered " + std::to_string(answer.status) + ":\n" + answer.body};
  return std::string{found->as_string()};
}

} // namespace

void give_keys(database& to, const std::string& organisation_slug, const server_secret& secret,
               std::vector<caller>& callers) {
  std::string rows;
  for (std::size_t i = 0; i < callers.size(); ++i) {
    const auto household = seeded_household(i + 1);
    callers[i].key = secret.unique_key(household, 1);
    if (!rows.empty()) rows += ',';
    rows += "('\\x" + in_hex(sha256(callers[i].key)) + "'::bytea, '" + to_string(household) + "'::uuid)";
  }
  to.execute("insert into space_keys (hash, organisation_id, household_id, key_version) "
             "select given.hash, o.id, given.household, 1 from organisations o, (values " +
             rows + ") as given (hash, household) where o.slug = " + to.quoted(organisation_slug));
}

void open_spaces(target& where, const std::function<void(std::size_t done)>& progress) {
  const auto base = "/api/v1/orgs/" + where.organisation;
  std::size_t done = 0;
  for (auto& each : where.callers) {
    const auto order = http_call(where.server, "POST", base + "/shops/" + where.shop + "/orders", each.token,
                                 order_body(where.offer), "Idempotency-Key: visitor-" + std::to_string(done));
    must_text(order, "the ticket of a visitor", "id");
    const auto opened = http_call(where.server, "POST", base + "/space-sessions", {},
                                  R"({"key":")" + each.key + R"(","mode":"token"})");
    each.token = must_text(opened, "my space", "token");
    progress(++done);
  }
}

} // namespace foyer::bench
