#include "http/openapi/document.hpp"

#include <catch2/catch.hpp>
#include <simdjson.h>

#include <algorithm>
#include <string>

using namespace foyer::http;

namespace {

boost::asio::awaitable<response> nothing(request&) {
  co_return no_content();
}

openapi::description described(const router& routes) {
  return openapi::describe(routes.routes(), {"1.2.3", "foyer", 65'536});
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

} // namespace

TEST_CASE("a route without a description, and a description without a route, are mistakes") {
  router routes;
  routes.add(verb::get, "/healthz", nothing, {.operation = "healthz", .group = "operations"});
  routes.add(verb::get, "/new", nothing, {.operation = "just_added"});
  routes.add(verb::get, "/of/{nobody}", nothing, {.operation = "just_added"});
  const auto made = described(routes);
  CHECK(has(made.mistakes, "just_added: the route has no entry"));
  CHECK(has(made.mistakes, "just_added: two routes"));
  CHECK(has(made.mistakes, "log_in: the entry has no route"));
  CHECK_FALSE(has(made.mistakes, "healthz: the entry has no route"));
  // Only the demonstration has a mailbox.
  CHECK_FALSE(has(made.mistakes, "dev_mail: the entry has no route"));
}

TEST_CASE("the description has what a route declares") {
  router routes;
  routes.add(verb::post, "/api/v1/orgs/{org}/staff/orders", nothing,
             {.operation = "staff_create_order",
              .access = access::staff,
              .roles = roles::box_office,
              .idempotent = true,
              .group = "staff"});
  simdjson::dom::parser parser;
  const std::string text = described(routes).text;
  const simdjson::dom::element root = parser.parse(text);
  CHECK(root["openapi"].get_string().value() == "3.1.0");
  CHECK(root["info"]["version"].get_string().value() == "1.2.3");
  CHECK(root["components"]["securitySchemes"]["cookie"]["name"].get_string().value() == "foyer");
  const simdjson::dom::element post = root["paths"]["/api/v1/orgs/{org}/staff/orders"]["post"];
  CHECK(post["operationId"].get_string().value() == "staff_create_order");
  CHECK(simdjson::minify(post["x-roles"].value()) == R"(["administrator","box_office"])");
  CHECK(post["x-body-bytes-max"].get_int64().value() == 65'536);
  CHECK(simdjson::minify(post["security"].value()) == R"([{"bearer":[]},{"cookie":[],"csrf":[]}])");
  CHECK(
      simdjson::minify(post["parameters"].value()) ==
      R"([{"$ref":"#/components/parameters/path_org"},{"$ref":"#/components/parameters/idempotency_key"}])");
  for (const auto* status :
       {"201", "400", "401", "403", "404", "409", "413", "415", "422", "503", "default"}) {
    INFO(status);
    CHECK(post["responses"][status].error() == simdjson::SUCCESS);
  }
}
